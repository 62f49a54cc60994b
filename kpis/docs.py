"""docs/kpis.md, made of the declarations: `python -m kpis.docs > docs/kpis.md`."""

import sys

from strawberry.utils.str_converters import to_camel_case

from kpis.calling import CALLING_SECTIONS
from kpis.customer_status import STATUS_RULES
from kpis.licenses import SECTIONS
from kpis.measures import Measure, Section
from kpis.policy import Policy


def _row(measure: Measure) -> str:
    return f"| `{to_camel_case(measure.name)}` | {measure.help} | {measure.formula} | {measure.unit} |"


def _section(section: Section) -> str:
    rows = "\n".join(_row(measure) for measure in section.measures)
    window = "" if section.window is None else " The window's length is the argument `days`."
    return f"""## {section.type_name}: `{to_camel_case(section.name)}`

{section.help}{window}

| KPI | tells | formula | unit |
|---|---|---|---|
{rows}
"""


def document() -> str:
    """The page."""
    sections = "\n".join(_section(section) for section in SECTIONS)
    calling = "\n".join(_section(section) for section in CALLING_SECTIONS)
    statuses = "\n".join(f"| `{rule.status}` | {rule.help} |" for rule in STATUS_RULES)
    thresholds = "\n".join(
        f"| `{to_camel_case(name)}` | {list(field.default) if isinstance(field.default, tuple) else field.default}"
        f" | {field.description} |"
        for name, field in Policy.model_fields.items()
    )
    return f"""# KPIs

This page is made of the declarations in `kpis/`; `make fix` writes it, `make check` compares.

All dates are UTC, and everything is relative to one day D: `asOf`, or today. *Lines* are the license lines of the
product on entitlements in force on D. Sums come first and divisions last: a rate over several lines is never an
average of rates, and it is null where its divisor is 0. A customer counts once, however many of its lines match.

Of a line, `total` is its quantity; `assigned`, `used` and `usedLast90Days` come from its newest usage snapshot up to D,
and are 0 without one. `used` are licenses with activity in the 7 days that end on the snapshot's day, `usedLast90Days`
in the 90 days. `available` is total − assigned, `overage` is assigned − total, and neither is below 0. Trends tell the
same of each bucket's last day.

```graphql
{{
  analytics {{
    overview {{ totalCustomers nearingExpiration overLicenseLimit }}
    licenses(product: CALLING) {{
      expiring(days: 30) {{
        customers
        usageRate
        rows(first: 10) {{ nodes {{ customer {{ name }} daysUntilExpiration }} }}
      }}
      distributionTrend(interval: MONTH, last: 6) {{ to total assigned used }}
    }}
    calling {{ week {{ start end }} usage {{ trend(weeks: 4) {{ calls minutes }} }} }}
  }}
}}
```

{sections}
## Calling

Figures of calls are of whole weeks, from Sunday 00:00 UTC, up to the latest that ended on or before D 00:00. A week
covers the customers with a Calling line in force on its last day, and only they count in it. Users by volume are
`LOW`, `MEDIUM` or `HIGH` by their calls of the week (`usageVolumeLimits`); `NONE` is licensed users less active
users, never below 0, for each customer and then summed. Features are counted over the customers that have call
queues in the week: those of which any call carries a queue. How calls are kept and rolled up is told in
[calling.md](calling.md).

{calling}
## Low assignment and its peers

A customer's rate is Σ assigned / Σ total over its lines of one product. Its peers are the partner's customers with
licenses of that product in the same size band by Σ total, whoever looks; where the band holds fewer than
`lowAssignmentMinimumPeers`, all of them. It is low when its rate is below `lowAssignmentShareOfMedian` × the median
of its peers' rates. With both products, it is low when it is for either.

## Customer statuses

In order of urgency: the first that applies is the primary one.

| status | applies when |
|---|---|
{statuses}

## Thresholds

The API reports those in force as `Partner.policy`; [settings](settings.md) change them.

| threshold | default | meaning |
|---|---|---|
{thresholds}
"""


if __name__ == "__main__":
    sys.stdout.write(document())
