"""Programs and AI agents that are known by name: add one where its login is listed.

Logins stand without `[bot]`; those with `bot` as a whole word need no entry. A login that is also a first name
(`claude`, `devin`) is listed by address, by its full login, or among the apps, so that no person of that name becomes a
program: an app is one that the platform says is a program, or whose login ends in `[bot]`.
"""

from typing import Final

AUTOMATION: Final = "automation"
AI_REVIEWER: Final = "ai_reviewer"
AI_AUTHOR: Final = "ai_author"

_AUTOMATION = [
    *("all-contributors", "allcontributors", "ansibot", "ansibullbot", "appveyorbot", "atlantisbot"),
    *("azure-pipelines", "backportbot", "bors", "buildbot", "circleci", "claassistantio", "codeclimate"),
    *("codecov", "codecov-commenter", "codecov-io", "commitlint", "conda-forge-admin", "conda-forge-linter"),
    *("copybara-service", "coveralls", "deepsource-autofix", "deepsource-io", "dependabot"),
    *("dependabot-preview", "depfu", "fossabot", "github-actions", "github-advanced-security"),
    *("github-classroom", "github-merge-queue"),
    *("github-pages", "github-security-advisories", "gitlab-ci-token", "gitlocalize-app", "gitpod-io"),
    *("gitstream-cm", "goreleaserbot", "greenkeeper", "homu", "imgbot", "imgbotapp", "jenkins", "jenkins-ci"),
    *("kodiakhq", "lgtm-com", "lint-action", "lumberbot-app", "meeseeksdev", "meeseeksmachine", "mend-bolt"),
    *("mergify", "mergifyio", "netlify", "octokitbot", "pep8speaks", "pre-commit-ci", "pyup.io", "readthedocs"),
    *("release-drafter", "release-please", "renovate", "renovate-approve", "restyled-io", "rustbot"),
    *("sentry-io", "snyk-io", "sonarcloud", "sonarqubecloud", "stickler-ci", "tensorflow-gardener"),
    *("transifex-integration", "travis-ci", "travisbuddy", "traviscibot", "vercel", "web-flow", "weblate"),
    *("whitesource-bolt", "whitesource-renovate", "wpmobilebot", "zuul"),
]
_AI_REVIEWER = [
    *("baz-reviewer", "bito-code-review", "chatgpt-codex-connector", "codeant-ai", "coderabbit", "coderabbitai"),
    *("codium-pr-agent", "codiumai-pr-agent", "copilot-pull-request-reviewer", "cubic-dev-ai", "ellipsis-dev"),
    *("entelligence-ai-pr-reviews", "llamapreview", "qodo-free-for-open-source-projects", "recurseml"),
    *("gemini-code-assist", "graphite-app", "greptile-apps", "greptileai", "korbit-ai", "pr-agent"),
    *("qodo-code-review", "qodo-merge", "qodo-merge-pro", "sourcery-ai", "what-the-diff"),
]
_AI_AUTHOR = [
    *("aider-chat", "amazon-q-developer", "anthropic-code-agent", "claude-code", "claude-haiku", "claude-opus"),
    *("claude-sonnet", "copilot", "copilot-swe-agent", "cursor-agent", "cursoragent", "devin-ai"),
    *("devin-ai-integration", "gemini-cli", "gitauto-ai", "google-labs-jules", "openai-code-agent"),
    *("charliecreates", "codegen-sh", "factory-droid", "opencode-agent", "roomote", "terragon-labs"),
    *("openhands", "openhands-agent", "openhands-ai", "replit-agent", "sweep-ai", "sweep-nightly", "sweepai"),
]
_AI_APPS = ["claude", "codex", "cursor", "devin", "jules", "opencode", "sweep"]

BY_LOGIN: dict[str, str] = (
    dict.fromkeys(_AUTOMATION, AUTOMATION)
    | dict.fromkeys(_AI_REVIEWER, AI_REVIEWER)
    | dict.fromkeys(_AI_AUTHOR, AI_AUTHOR)
)
"""Kind of the programs known by login, or by a name that reads like it (`GitHub Actions`)."""

BY_APP: dict[str, str] = BY_LOGIN | dict.fromkeys(_AI_APPS, AI_AUTHOR)
"""Kind of the programs that are said to be some, by `[bot]` or by the platform: no first name can be meant."""

BY_ADDRESS: dict[str, str] = {
    "noreply@anthropic.com": AI_AUTHOR,
    "cursoragent@cursor.com": AI_AUTHOR,
    "codex@openai.com": AI_AUTHOR,
    "noreply@openai.com": AI_AUTHOR,
    "openhands@all-hands.dev": AI_AUTHOR,
    "noreply@aider.chat": AI_AUTHOR,
    "team@sweep.dev": AI_AUTHOR,
    "bot@devin.ai": AI_AUTHOR,
    "noreply@github.com": AUTOMATION,
    "support@github.com": AUTOMATION,
    "support@dependabot.com": AUTOMATION,
    "action@github.com": AUTOMATION,
    "actions@github.com": AUTOMATION,
    "bot@renovateapp.com": AUTOMATION,
    "hosted@weblate.org": AUTOMATION,
    "noreply@weblate.org": AUTOMATION,
    "support@greenkeeper.io": AUTOMATION,
    "builds@travis-ci.org": AUTOMATION,
    "github-bot@pyup.io": AUTOMATION,
    "snyk-bot@snyk.io": AUTOMATION,
}
"""Kind of the programs known by the address they sign with."""
