using System.Globalization;

namespace Ait.Cli.Launching;

/// <summary>What a local network is asked to be.</summary>
internal sealed record LocalNetworkOptions
{
    internal required StateFolder State { get; init; }

    /// <summary>How many miners run, 3 to 64.</summary>
    internal required int Miners { get; init; }

    internal required int Port { get; init; }

    internal required int RpcPort { get; init; }

    /// <summary>How often the coordinator seals waiting work into a batch.</summary>
    internal TimeSpan BatchInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From seating to the end of commitments.</summary>
    internal TimeSpan CommitWindow { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>From the opening of the reveal to its end.</summary>
    internal TimeSpan RevealWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Until when a task can settle, from the sealing of its batch.</summary>
    internal TimeSpan TaskLifetime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether an H100 without evidence of itself may register: then it has to pass the class challenge of a true one.</summary>
    internal bool AdmitsMeasuredH100 { get; init; }

    /// <summary>How many of 65,536 tasks settle only if a further seat agrees, at the deployment of the contracts.</summary>
    internal ushort AuditShare { get; init; }

    /// <summary>The ledger's address; null keeps it in the state folder.</summary>
    internal string? Store { get; init; }

    /// <summary>Ports of further replicas of the coordinator over the same ledger, which must then be a shared one.</summary>
    internal IReadOnlyList<int> ReplicaPorts { get; init; } = [];

    /// <summary>At which address programs reach one of this network, where something stands before it.</summary>
    internal Func<Uri, Uri> Reached { get; init; } = static address => address;

    /// <summary>All coordinators by name, in the order in which miners try them.</summary>
    internal IReadOnlyList<(string Name, Uri Address)> Coordinators =>
    [
        ("coordinator", Coordinator),
        .. ReplicaPorts.Select((port, index) => (string.Create(CultureInfo.InvariantCulture, $"coordinator-{index + 2}"), new Uri($"http://127.0.0.1:{port}"))),
    ];

    internal Uri Rpc => new($"http://127.0.0.1:{RpcPort}");

    internal Uri Coordinator => new($"http://127.0.0.1:{Port}");
}
