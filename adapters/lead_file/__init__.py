"""Real-world exports of leads: bytes somebody saved from a CRM or a spreadsheet, read into rows that are checked."""
