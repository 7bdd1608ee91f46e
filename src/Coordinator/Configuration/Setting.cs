using Ait.Coordinator.Fetching;

namespace Ait.Coordinator.Configuration;

/// <summary>One thing the coordinator can be told: --name on the command line, AIT_COORDINATOR_NAME in the environment, name in the file.</summary>
internal sealed record Setting(string Name, string Value, string Help, string? Default)
{
    internal const string EnvironmentPrefix = "AIT_COORDINATOR_";

    /// <summary>The default of a URL that is the one of --listen.</summary>
    internal const string AsListen = "as --listen";

    internal string EnvironmentVariable => EnvironmentPrefix + Name.Replace('-', '_').ToUpperInvariant();

    internal static IReadOnlyList<Setting> All { get; } =
    [
        new("rpc", "URL", "JSON-RPC of the Ethereum node", null),
        new("deployment", "FILE", "deployment.json of the contracts", null),
        new("key", "FILE", "the coordinator's private key, 32 bytes hex, mode 0600", null),
        new("store", "FILE|URL", "the ledger: an SQLite file, created if absent, or postgres://user@host/database", null),
        new("models", "FILE", "models.json: the models scheduled and their benchmark entries", null),
        new("listen", "URL", "where to serve HTTP; port 0 takes a free one", "http://127.0.0.1:8080"),
        new("public-url", "URL", "where others reach the coordinator; wallets sign in to it", AsListen),
        new("console", "DIR", "folder of the built browser console, served at /; empty serves none", ""),
        new("dex", "FILE", "dex.json that `ait dex` writes, read whenever it is there; empty if AIT trades nowhere", ""),
        new("otlp", "URL", "OpenTelemetry collector to send traces to, by OTLP over gRPC; none sends none", "none"),
        new("batch-interval", "TIME", "how often waiting work becomes a batch, 100ms to 10m", "2s"),
        new("poll-interval", "TIME", "how often the chain is asked for news, 50ms to 1m", "500ms"),
        new("batch-size", "N", "most tasks in a batch, 1 to 1024", "256"),
        new("settlement-size", "N", "most tasks in one settlement, 1 to 200", "40"),
        new("task-lifetime", "TIME", "until when a task can settle, 2m to 55m", "30m"),
        new("commit-window", "TIME", "time for commitments after seating, 1s to 30m", "2m"),
        new("reveal-window", "TIME", "time for reveals after they open, 1s to 30m", "1m"),
        new("lease-length", "TIME", "how long a letter keeps its seat, 1s to 10m", "60s"),
        new("confirmations", "N", "blocks on top of an event before it counts, 0 to 64", "0"),
        new("requests-per-minute", "N", "signed requests a minute and signer, 1 to 1000000", "1200"),
        new("silent", "suspended|kept", "suspended: devices that leave seats empty are reported on chain and suspended until they prove their life; kept: they stay in the draws", "suspended"),
        new("evidence", "verified|registered", "verified: only devices whose evidence was verified here get seats; registered: the registry's word is enough", "verified"),
        new("revocation", "required|given", "required: evidence without current revocation lists or answers is refused; given: those at hand are checked", "required"),
        new("slash-canaries", "yes|no", "yes: whoever fails a canary is slashed as soon as it has ended; no: `ait slash` does it, while the task lives", "yes"),
        new("letter-cover", "bonded|required", "bonded: once there is a coordinator's bond, no more work is committed than it has letters for; required: none without one either", "bonded"),
        new("key-requests-per-minute", "N", "requests a minute and API key, 1 to 1000000", "60"),
        new("key-requests-at-once", "N", "requests of one API key that wait at once, 1 to 10000", "32"),
        new("answer-timeout", "TIME", "how long a buyer's request waits for its answer, 1s to 55m", "10m"),
        new("collateral", "DIR", "folder of the vendors' collateral; created if absent", "the ledger's folder/collateral"),
        new("collateral-source", "vendors|disk", "vendors: fetch what is missing; disk: only what is there or imported", "vendors"),
        new("kds", "URL", "AMD's key distribution service", VendorOptions.Default.Kds.AbsoluteUri),
        new("kds-interval", "TIME", "least time between two requests to it, 0s to 10m", "10s"),
        new("pcs", "URL", "Intel's provisioning certification service, or a cache of it", VendorOptions.Default.Pcs.AbsoluteUri),
        new("intel-root-list", "URL", "Intel's root revocation list", VendorOptions.Default.IntelRootList.AbsoluteUri),
        new("rim", "URL", "NVIDIA's reference manifests", VendorOptions.Default.Rim.AbsoluteUri),
        new("ocsp", "URL", "NVIDIA's OCSP responder", VendorOptions.Default.Ocsp.AbsoluteUri),
        new("proxy", "URL", "proxy to the vendors; none takes HTTPS_PROXY and NO_PROXY from the environment", "none"),
        new("checkpoint-space", "MIB", "most MiB of training checkpoints kept, the oldest go, 1 to 1000000", "4096"),
        new("openings-per-minute", "N", "workloads opened on chain a minute, 1 to 100000", "120"),
    ];
}
