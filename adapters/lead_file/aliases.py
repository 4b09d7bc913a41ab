"""
Column names as HubSpot, Pipedrive, Facebook Lead Ads, Salesforce, Outlook and Excel write them, and what they mean.

How they are compared is said in headers.py: letters and digits count; case, spaces and punctuation do not.
"""

from adapters.lead_file.field import Field, Role, System
from engine.words import Channel

_EMAIL, _SMS, _VOICE = Channel.EMAIL, Channel.SMS, Channel.VOICE

ALIASES: dict[Role, tuple[str, ...]] = {
    Role(field=Field.EMAIL): (
        "Email", "E-mail", "Mail", "Email Address", "E-mail Address", "Primary Email", "E-Mail-Adresse",
        "Correo electrónico", "Courriel", "Adresse e-mail",
    ),
    Role(field=Field.EMAIL, rank=2): ("Work Email", "Business Email", "Person - Email - Work", "Company Email"),
    Role(field=Field.EMAIL, rank=3): (
        "Private e-mail address", "Home Email", "Personal Email", "Person - Email - Home",
    ),
    Role(field=Field.EMAIL, rank=4): ("Other Email", "Person - Email - Other", "Secondary Email"),
    Role(field=Field.EMAIL, rank=5): ("E-mail 2 Address", "Email 2"),
    Role(field=Field.EMAIL, rank=6): ("E-mail 3 Address", "Email 3"),
    Role(field=Field.EMAIL, rank=7): ("Additional email addresses",),
    Role(field=Field.PHONE): (
        "Mobile", "Mobile Phone", "Mobile Phone Number", "Mobile Number", "Cell", "Cell Phone", "Cellphone",
        "Person - Phone - Mobile", "Mobiltelefon", "Handy", "Handynummer", "Móvil",
    ),
    Role(field=Field.PHONE, rank=2): (
        "Phone", "Phone Number", "Telephone", "Telephone Number", "Tel", "Primary Phone", "Telefon", "Telefonnummer",
        "Teléfono", "Téléphone",
    ),
    Role(field=Field.PHONE, rank=3): (
        "Work Phone", "Work Phone Number", "Business Phone", "Person - Phone - Work", "Telefon geschäftlich",
    ),
    Role(field=Field.PHONE, rank=4): ("Home Phone", "Person - Phone - Home", "Telefon privat"),
    Role(field=Field.PHONE, rank=5): ("Other Phone", "Person - Phone - Other"),
    Role(field=Field.PHONE, rank=6): ("WhatsApp Phone Number", "WhatsApp"),
    Role(field=Field.FULL_NAME): (
        "Name", "Full Name", "Person - Name", "Contact Name", "Customer Name", "Display Name", "Nombre completo",
        "Nom complet", "Vollständiger Name",
    ),
    Role(field=Field.FULL_NAME, rank=2): ("Lead - Contact person", "Deal - Contact person", "Contact person"),
    Role(field=Field.FIRST_NAME): (
        "First Name", "Firstname", "Given Name", "Forename", "Vorname", "Prénom", "Nombre",
    ),
    Role(field=Field.LAST_NAME): (
        "Last Name", "Lastname", "Surname", "Family Name", "Nachname", "Nom", "Nom de famille", "Apellido", "Apellidos",
    ),
    Role(field=Field.COMPANY): (
        "Company", "Company Name", "Organization", "Organisation", "Account Name",
        "Person - Organization", "Business Name", "Firma", "Unternehmen", "Entreprise", "Empresa",
    ),
    Role(field=Field.COMPANY, rank=2): ("Associated Company", "Organization - Name", "Primary Associated Company"),
    Role(field=Field.COMPANY, rank=3): ("Lead - Organization", "Deal - Organization"),
    Role(field=Field.STATE): ("State", "State/Region", "State/Province", "Province", "Region", "Bundesland"),
    Role(field=Field.STATE, rank=2): ("Business State",),
    Role(field=Field.STATE, rank=3): ("Home State",),
    Role(field=Field.COUNTRY): ("Country", "Country/Region", "Country Code", "Land", "Pays", "País"),
    Role(field=Field.COUNTRY, rank=2): ("Business Country/Region", "Business Country"),
    Role(field=Field.COUNTRY, rank=3): ("Home Country/Region", "Home Country"),
    Role(field=Field.ZONE): ("Time Zone", "Timezone", "TZ", "Zeitzone"),
    Role(field=Field.LANGUAGE): ("Language", "Preferred language", "Locale", "Sprache"),
    Role(field=Field.OWNER): (
        "Contact owner", "Owner", "Person - Owner", "Owner Name", "Sales Rep", "Assigned to",
    ),
    Role(field=Field.OWNER, rank=2): ("Lead - Owner", "Deal - Owner"),
    Role(field=Field.EXTERNAL_ID, system=System.HUBSPOT): (
        "Record ID", "Contact ID", "Record ID - Contact", "hs_object_id",
    ),
    Role(field=Field.EXTERNAL_ID, system=System.PIPEDRIVE_PERSON): ("Person - ID",),
    Role(field=Field.EXTERNAL_ID, system=System.PIPEDRIVE_LEAD): ("Lead - ID",),
    Role(field=Field.CONSENT): (
        "Consent", "Marketing consent", "Consent to contact", "Consent to marketing", "Opt in", "Opted in",
        "Double opt-in",
        "GDPR consent", "Einwilligung", "Zustimmung", "DSGVO-Einwilligung", "Consentement", "Consentimiento",
    ),
    Role(field=Field.CONSENT, channel=_EMAIL): (
        "Consent email", "Email consent", "Consent for email", "Marketing consent email", "Email opt in",
        "Email marketing consent", "Accepts email marketing",
        "Einwilligung E-Mail", "E-Mail-Einwilligung", "Einwilligung per E-Mail", "Zustimmung E-Mail",
        "Einwilligung Newsletter", "Newsletter-Einwilligung",
        "Consentement e-mail", "Consentement courriel", "Consentement par e-mail",
        "Consentimiento email", "Consentimiento correo", "Consentimiento correo electrónico",
    ),
    Role(field=Field.CONSENT, channel=_EMAIL, rank=2): (
        "Marketing status", "Person - Marketing status", "Legal basis for processing contact's data",
    ),
    Role(field=Field.CONSENT, channel=_SMS): (
        "Consent sms", "SMS consent", "Consent text", "Text consent", "Consent for sms", "Marketing consent sms",
        "SMS opt in", "Text opt in", "SMS marketing consent", "Accepts SMS marketing", "TCPA consent",
        "Einwilligung SMS", "SMS-Einwilligung", "Einwilligung per SMS", "Zustimmung SMS",
        "Consentement SMS", "Consentement par SMS", "Consentimiento SMS",
    ),
    Role(field=Field.CONSENT, channel=_VOICE): (
        "Consent voice", "Voice consent", "Consent phone", "Phone consent", "Consent call", "Consent calls",
        "Call consent",
        "Consent for calls", "Marketing consent phone", "Phone opt in",
        "Einwilligung Telefon", "Telefon-Einwilligung", "Einwilligung Anruf", "Einwilligung Anrufe",
        "Zustimmung Telefon",
        "Consentement téléphone", "Consentement appel", "Consentement appels",
        "Consentimiento teléfono", "Consentimiento llamadas",
    ),
    Role(field=Field.OPTED_OUT): ("Do not contact", "Opted out", "Opt out"),
    Role(field=Field.OPTED_OUT, channel=_EMAIL): (
        "Unsubscribed from all email", "Opted out of all email", "Unsubscribed", "Email opt out", "Opted out of email",
        "Has opted out of email", "Do not email",
    ),
    Role(field=Field.OPTED_OUT, channel=_SMS): ("SMS opt out", "Text opt out", "Do not text", "Has opted out of sms"),
    Role(field=Field.OPTED_OUT, channel=_VOICE): ("Do not call", "Phone opt out"),
}  # fmt: skip
