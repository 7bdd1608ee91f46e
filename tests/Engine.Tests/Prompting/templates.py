"""Writes the expectations of templates.json again, by Jinja2 as the models' own library sets it up (made with 3.1.6):
python3 templates.py < templates.json > new.json
"""
import json
import sys

from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment


def refuse(message):
    raise TemplateError(message)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
environment.globals["raise_exception"] = refuse
cases = json.load(sys.stdin)
for case in cases:
    try:
        case["expected"] = environment.from_string(case["template"]).render(
            messages=case["messages"], bos_token="<s>", eos_token="</s>", add_generation_prompt=case["opens"])
    except TemplateError:
        case["expected"] = None  # The template refuses the messages.
print(json.dumps(cases, indent=2, ensure_ascii=False))
