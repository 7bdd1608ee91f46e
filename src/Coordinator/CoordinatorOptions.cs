using Ait.Coordinator.Fetching;

namespace Ait.Coordinator;

/// <summary>Everything a coordinator is told at start. <see cref="Ait.Coordinator.Configuration.OptionsReader"/> reads and checks it.</summary>
internal sealed record CoordinatorOptions
{
    /// <summary>URL of the node's JSON-RPC.</summary>
    public required Uri Rpc { get; init; }

    /// <summary>File that says where the contracts are.</summary>
    public required string DeploymentFile { get; init; }

    /// <summary>File with the coordinator's private key, 32 bytes in hexadecimal.</summary>
    public required string KeyFile { get; init; }

    /// <summary>The ledger: an SQLite file, created if absent, or the address of a PostgreSQL database.</summary>
    public required string Store { get; init; }

    /// <summary>The models scheduled and their benchmark entries.</summary>
    public required string ModelsFile { get; init; }

    /// <summary>Folder of the built console, served at <c>/</c>; null serves none.</summary>
    public string? ConsoleFolder { get; init; }

    /// <summary>Record of the exchange that AIT trades at, read whenever it is there; null if AIT trades nowhere.</summary>
    public string? ExchangeFile { get; init; }

    /// <summary>Address to serve HTTP at; port 0 takes a free one.</summary>
    public required Uri Listen { get; init; }

    /// <summary>Where traces are sent, by OTLP over gRPC; null sends none.</summary>
    public Uri? TraceCollector { get; init; }

    /// <summary>Where others reach the coordinator: what wallets sign in to and answers link to. Default <see cref="Listen"/>.</summary>
    public required Uri PublicUrl { get; init; }

    /// <summary>Requests a minute and API key; 1 to 1,000,000, default 60.</summary>
    public int KeyRequestsPerMinute { get; init; } = 60;

    /// <summary>Most requests of one API key that wait for an answer at once; 1 to 10,000, default 32.</summary>
    public int KeyRequestsAtOnce { get; init; } = 32;

    /// <summary>How long a buyer's request waits for its answer; 1 s to 55 min, default 10 min.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often waiting work is sealed into a batch; 100 ms to 10 min, default 2 s.</summary>
    public TimeSpan BatchInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the chain is asked for news; 50 ms to 1 min, default 500 ms.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Most tasks in a batch; 1 to 1024, default 256.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Most tasks in one settlement transaction; 1 to 200, default 40.</summary>
    public int SettlementSize { get; init; } = 40;

    /// <summary>From sealing to the last moment a task can settle; 2 min to 55 min (the contract takes less than one hour), default 30 min.</summary>
    public TimeSpan TaskLifetime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>From seating to the end of commitments; 1 s to 30 min, default 2 min.</summary>
    public TimeSpan CommitWindow { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>From the opening of the reveal to its end; 1 s to 30 min, default 1 min.</summary>
    public TimeSpan RevealWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a seat letter keeps its seat from another process of the same device; 1 s to 10 min, default 60 s.</summary>
    public TimeSpan LeaseLength { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Blocks on top of an event before it counts; 0 to 64, default 0.</summary>
    public int Confirmations { get; init; }

    /// <summary>Signed requests a minute and signer; 1 to 1,000,000, default 1200.</summary>
    public int RequestsPerMinute { get; init; } = 1200;

    /// <summary>Workloads opened on chain a minute, all buyers together, since the coordinator pays for it; 1 to 100,000, default 120.</summary>
    public int OpeningsPerMinute { get; init; } = 120;

    /// <summary>Most bytes of training checkpoints kept, the oldest go; 1 MiB to 1,000,000 MiB, default 4096 MiB.</summary>
    public long CheckpointSpace { get; init; } = 4096L << 20;

    /// <summary>Whether silent devices are reported and suspended; default yes.</summary>
    public bool SuspendsSilent { get; init; } = true;

    /// <summary>Whether only devices whose evidence was verified here get their seats; default yes. If not, the registry's word is enough.</summary>
    public bool DemandsEvidence { get; init; } = true;

    /// <summary>Whether evidence without current revocation lists or answers is refused; default yes.</summary>
    public bool DemandsRevocation { get; init; } = true;

    /// <summary>Whether operators of devices that fail a canary are slashed by the coordinator itself; default yes. If not, `ait slash` does it.</summary>
    public bool SlashesCanaries { get; init; } = true;

    /// <summary>Whether work waits until the coordinator's bond covers its letters even if nothing was put up; default no: then it waits only if something was.</summary>
    public bool DemandsCover { get; init; }

    /// <summary>Where the vendors' collateral is kept.</summary>
    public string CollateralFolder { get; init; } = "collateral";

    /// <summary>Where the vendors' services are.</summary>
    public VendorOptions Vendors { get; init; } = VendorOptions.Default;
}
