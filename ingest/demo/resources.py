"""What the partner's people can read and whom they can ask."""

import polars as pl

_RESOURCES = """
Set up your first customer|GUIDE||en|quick|trending|onboarding,setup|From the order to the first meeting, step by step.
Move a customer to Calling|GUIDE|CALLING|en|quick||migration,numbers|Numbers, locations and devices in the right order.
Start and convert a trial|GUIDE||en|quick||trials,sales|How long a trial lasts, and what becomes of it.
Read the license reports|GUIDE||en||trending|analytics,licenses|What each figure counts, with examples.
Raise license assignment|GUIDE|MEETINGS|en||trending|adoption|Ten things that bring the unused licenses to people.
Renewals without surprises|GUIDE||en|||renewals|A calendar for the ninety days before the end.
Call quality troubleshooting|GUIDE|CALLING|en||trending|quality,network|Loss, delay and jitter: where to look first.
Design a call queue|GUIDE|CALLING|en|||queues,design|Routing, overflow and what callers hear.
Roll out room devices|GUIDE|DEVICES|en|||devices,rooms|Rooms, cables, accounts and a checklist.
Large events check-list|GUIDE|EVENTS|en|||events|Rehearsal, roles and the day itself.
Ersten Kunden einrichten|GUIDE||de|quick||onboarding,setup|Von der Bestellung bis zur ersten Besprechung.
Configurer votre premier client|GUIDE||fr|quick||onboarding,setup|De la commande à la première réunion.
Configurar el primer cliente|GUIDE||es|||onboarding,setup|Del pedido a la primera reunión, paso a paso.
最初のお客様の設定|GUIDE||ja|||onboarding,setup|注文から最初の会議までの手順。
Meetings in seven minutes|VIDEO|MEETINGS|en||trending|adoption|A short film to send to every new user.
Messaging for project teams|VIDEO|MESSAGING|en|||adoption|Spaces, files and how to keep them tidy.
Live translations shown|VIDEO|REAL_TIME_TRANSLATIONS|en|||languages|What listeners see, in three languages.
Telefonie in fünf Minuten|VIDEO|CALLING|de|||adoption|Der Kurzfilm für neue Benutzer.
Supervisor's tour|VIDEO|CONTACT_CENTER|en|||supervisors|Queues, agents and reports in one walk.
Partner administrator basics|TRAINING||en|quick|trending|roles,admins|Four lessons and a test, about two hours.
Calling specialist|TRAINING|CALLING|en|||certification|Dial plans, gateways and emergency calls.
Contact center foundations|TRAINING|CONTACT_CENTER|en|||certification|Flows, skills and reporting for beginners.
Formation des administrateurs|TRAINING||fr|||roles,admins|Quatre leçons et un test, deux heures environ.
Network readiness test|TOOL|CALLING|en|quick||network,quality|Measures a site before the phones arrive.
License calculator|TOOL||en|quick||licenses,sales|How many of what, from the number of people.
Status page|TOOL||en|quick||incidents|What is up, what is not and since when.
Number porting planner|TOOL|CALLING|en|||numbers,migration|Dates and forms for each country.
New release: shared queue reports|ANNOUNCEMENT|CALLING|en||trending|release,queues|Queues of many places in one report.
Price list for the coming quarter|ANNOUNCEMENT||en|||prices|What changes, and from when.
End of support for older devices|ANNOUNCEMENT|DEVICES|en||trending|devices,lifecycle|Dates and what replaces them.
Neue Preisliste|ANNOUNCEMENT||de|||prices|Was sich ändert und ab wann.
"""

_HELP_DESKS = (
    (
        "Partner help desk",
        "Anything, day and night",
        "help",
        "+1 555 0100",
        True,
        "Every day, 00:00-24:00 UTC",
    ),
    (
        "Calling support",
        "Calls, numbers and queues",
        "calling",
        "+1 555 0101",
        True,
        "Every day, 00:00-24:00 UTC",
    ),
    ("Meetings support", "Meetings and events", "meetings", "+1 555 0102", True, "Mon-Fri 06:00-22:00 UTC"),
    ("Device support", "Room and desk devices", "devices", "+1 555 0103", False, "Mon-Fri 07:00-19:00 UTC"),
    (
        "Contact center support",
        "Flows, agents and reports",
        "cc",
        "+1 555 0104",
        True,
        "Every day, 00:00-24:00 UTC",
    ),
    ("Billing questions", "Orders, invoices and prices", "billing", None, False, "Mon-Fri 08:00-17:00 UTC"),
    ("Support auf Deutsch", "Alle Dienste", "hilfe", "+49 30 5550100", False, "Mo-Fr 07:00-17:00 UTC"),
    ("Partner success", "Adoption, trials and renewals", "success", None, False, None),
)


def resources() -> pl.DataFrame:
    """Guides, videos, trainings, tools and announcements, in several languages."""
    rows = []
    for number, line in enumerate(_RESOURCES.strip().splitlines(), 1):
        title, kind, product, language, quick, trending, tags, summary = line.split("|")
        rows.append(
            (
                f"R-{number:03}",
                title,
                summary,
                f"https://help.example/{language}/{kind.lower()}s/{number:03}",
                kind,
                product or None,
                language,
                bool(quick),
                bool(trending),
                tags.replace(",", "|"),
            )
        )
    schema = {
        "resource_id": pl.String,
        "title": pl.String,
        "summary": pl.String,
        "url": pl.String,
        "kind": pl.String,
        "product": pl.String,
        "language": pl.String,
        "quick_link": pl.Boolean,
        "trending": pl.Boolean,
        "tags": pl.String,
    }
    return pl.DataFrame(rows, schema, orient="row")


def help_desks() -> pl.DataFrame:
    """Whom to ask, and when somebody is there."""
    rows = [
        (
            name,
            service,
            f"{box}@help.example",
            phone,
            f"https://help.example/chat/{box}" if chat else None,
            hours,
        )
        for name, service, box, phone, chat, hours in _HELP_DESKS
    ]
    names = ("name", "service", "email", "phone", "chat_url", "hours")
    return pl.DataFrame(rows, dict.fromkeys(names, pl.String), orient="row")
