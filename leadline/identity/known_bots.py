"""Programs and AI agents that are known by name: add one where its login is listed.

Logins stand without `[bot]`. A login that is also a first name (`claude`, `devin`) is listed by address or by its
full login only, so that no person of that name becomes a program.
"""

from typing import Final

AUTOMATION: Final = "automation"
AI_REVIEWER: Final = "ai_reviewer"
AI_AUTHOR: Final = "ai_author"

_AUTOMATION = [
    *("allcontributors", "all-contributors", "allcontributors-bot", "ansibot", "ansibullbot", "appveyorbot"),
    *("azure-pipelines", "atlantisbot", "backportbot", "bors", "buildbot", "changeset-bot", "circleci", "cla-bot"),
    *("claassistantio", "codacy-bot", "codeclimate", "codecov", "codecov-commenter", "codecov-io", "codesandbox-bot"),
    *("commitlint", "conda-forge-admin", "conda-forge-linter", "copybara-service", "coveralls", "crowdin-bot"),
    *("danger-public", "deepsource-autofix", "deepsource-io", "dependabot", "dependabot-preview", "dependabot-support"),
    *("depfu", "docker-library-bot", "fossabot", "gh-actions", "github-actions", "github-bot"),
    *("github-classroom", "github-merge-queue", "github-pages", "github-security-advisories", "gitlab-bot"),
    *("gitlab-ci-token", "gitlocalize-app", "gitpod-io", "gitstream-cm", "goreleaserbot", "greenkeeper"),
    *("greenkeeperio-bot", "homu", "houndci-bot", "imgbot", "imgbotapp", "jenkins", "jenkins-ci"),
    *("kodiakhq", "lgtm-com", "lint-action", "linux-foundation-easycla", "locize", "lumberbot-app", "mend-bolt"),
    *("meeseeksdev", "meeseeksmachine", "mergify", "mergifyio", "netlify", "nodejs-github-bot", "npm-cli-bot"),
    *("octokitbot", "pep8speaks", "pre-commit-ci", "prowler-bot", "pyup-bot", "pyup.io", "readthedocs"),
    *("release-drafter", "release-please", "renovate", "renovate-approve", "renovate-bot", "restyled-io"),
    *("rustbot", "semantic-release-bot", "sentry-io", "snyk-bot", "snyk-io", "sonarcloud", "sonarqubecloud"),
    *("sourcegraph-bot", "stickler-ci", "svc-snow", "sympy-bot", "tensorflow-gardener", "tidelift", "transifex-bot"),
    *("transifex-integration", "travis-ci", "traviscibot", "travisbuddy", "vercel", "web-flow", "weblate"),
    *("whitesource-bolt", "whitesource-renovate", "wpmobilebot", "zuul"),
]
_AI_REVIEWER = [
    *("bito-code-review", "codeant-ai", "codiumai-pr-agent", "codium-pr-agent", "coderabbit", "coderabbitai"),
    *("copilot-pull-request-reviewer", "cubic-dev-ai", "ellipsis-dev", "entelligence-ai-pr-reviews"),
    *("gemini-code-assist", "graphite-app", "greptile-apps", "greptileai", "korbit-ai", "llamapreview", "pr-agent"),
    *("qodo-ai", "qodo-code-review", "qodo-merge", "qodo-merge-pro", "sourcery-ai", "chatgpt-codex-connector"),
    *("what-the-diff", "cursor-bugbot", "sonar-ai-review"),
]
_AI_AUTHOR = [
    *("amazon-q-developer", "anthropic-claude", "anthropic-code-agent", "claude-code", "codegen-sh", "copilot"),
    *("copilot-swe-agent", "cursor-agent", "cursoragent", "devin-ai", "devin-ai-integration", "factory-droid"),
    *("gemini-cli", "gitauto-ai", "google-labs-jules", "openai-codex", "openai-code-agent", "openhands"),
    *("openhands-agent", "replit-agent", "roomote", "sourcery-ai-bot", "sweep-ai", "sweep-nightly", "sweepai"),
    *("jules-google", "claude-opus", "claude-sonnet", "claude-haiku", "codebuff", "aider-chat"),
]
_AI_APPS = ["claude", "codex", "cursor", "devin", "jules", "sweep"]

BY_LOGIN: dict[str, str] = (
    dict.fromkeys(_AUTOMATION, AUTOMATION)
    | dict.fromkeys(_AI_REVIEWER, AI_REVIEWER)
    | dict.fromkeys(_AI_AUTHOR, AI_AUTHOR)
)
"""Kind of the programs known by login, or by a name that reads like it (`GitHub Actions`)."""

BY_APP: dict[str, str] = BY_LOGIN | dict.fromkeys(_AI_APPS, AI_AUTHOR)
"""Kind of the programs whose login ends in `[bot]`, where no first name can be meant."""

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
