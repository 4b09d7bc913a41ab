"""The ways in: what a CRM, a person or a file wants is filed in the Inbox, rung, and answered from the row."""
