using System.Globalization;
using System.Text.Json;

namespace Ait.Cli.Simulating;

/// <summary>What the flows cost on chain: the snapshots of the contracts' tests and the receipts of whole refreshes, as they were when this program was built.</summary>
internal sealed class GasFigures
{
    /// <summary>Tasks of the snapshot of a batch.</summary>
    internal const int HundredTasks = 100;

    /// <summary>Tasks of the snapshot of an epoch.</summary>
    internal const int EpochTasks = 256;

    private GasFigures()
    {
        using JsonDocument network = Open("network");
        using JsonDocument curves = Open("gas-osaka");
        using JsonDocument receipts = Open("receipts-osaka");
        Commit = Read(network, "commitBatch");
        Pin = Read(network, "pinSeed");
        SettleOne = Read(network, "settle one task, 20 devices of 10 operators");
        SettleHundred = Read(network, "settle a hundred tasks, 300 devices of 10 operators");
        EscalateThree = Read(network, "escalate, three claims that differ");
        EscalateFive = Read(network, "escalate, five claims that differ");
        PinEscalation = Read(network, "pinEscalation");
        SettleFive = Read(network, "settle one task of five seats, 20 devices of 10 operators");
        SettleSeven = Read(network, "settle one task of seven seats, 20 devices of 10 operators");
        Register = Read(receipts, "H100 registered with both, certificates held");
        Refresh = Read(receipts, "H100 refreshed with both, certificates held");
        NewLeaf = Read(receipts, "NVIDIA report with a new leaf") - Read(receipts, "NVIDIA report, leaf held");
        Hints = Read(curves, "P-384 without hints") - Read(curves, "P-384 with hints");
    }

    internal static GasFigures Committed { get; } = new();

    internal long Commit { get; }

    internal long Pin { get; }

    /// <summary>One task of three seats.</summary>
    internal long SettleOne { get; }

    /// <summary>A hundred tasks, most of their 300 seats on devices of their own.</summary>
    internal long SettleHundred { get; }

    internal long EscalateThree { get; }

    internal long EscalateFive { get; }

    internal long PinEscalation { get; }

    internal long SettleFive { get; }

    internal long SettleSeven { get; }

    /// <summary>Registration by reports of SEV-SNP and of an H100, certificates held.</summary>
    internal long Register { get; }

    /// <summary>A refresh by both reports, certificates held.</summary>
    internal long Refresh { get; }

    /// <summary>What the certificate of a new GPU key adds.</summary>
    internal long NewLeaf { get; }

    /// <summary>What hints spare per P-384 signature.</summary>
    internal long Hints { get; }

    /// <summary>Settlement of so many tasks of one commitment; between the two snapshots a straight line.</summary>
    internal long Settle(SettlementPath path, int tasks) =>
        path == SettlementPath.Batch ? SettleOne + ((SettleHundred - SettleOne) * (tasks - 1) / (HundredTasks - 1)) : SettleOne;

    /// <summary>The settlement of a task that escalated.</summary>
    internal long SettleAt(int seats) => seats == 5 ? SettleFive : SettleSeven;

    private static JsonDocument Open(string group)
    {
        using Stream stream = typeof(GasFigures).Assembly.GetManifestResourceStream($"snapshots.{group}.json")
            ?? throw new InvalidOperationException($"the program was built without contracts/snapshots/{group}.json");
        return JsonDocument.Parse(stream);
    }

    private static long Read(JsonDocument group, string row) =>
        group.RootElement.TryGetProperty(row, out JsonElement value)
            ? long.Parse(value.GetString() ?? "", NumberStyles.None, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"contracts/snapshots has no row \"{row}\": `make gas` writes it");
}
