namespace Ait.Cli.Simulating;

/// <summary>What a simulation found.</summary>
internal sealed record SimulationReport
{
    internal required SimulationOptions Options { get; init; }

    internal required ChainLoad Load { get; init; }

    /// <summary>Chains of this size the network needs so that none is loaded above nine tenths.</summary>
    internal required int Chains { get; init; }

    /// <summary>Share of one chain that settlement fills; above 1 it does not fit.</summary>
    internal required double SettlementLoad { get; init; }

    /// <summary>Share of one chain that refreshes fill.</summary>
    internal required double RefreshLoad { get; init; }

    internal required int Committees { get; init; }

    internal required int Escalated { get; init; }

    internal required int Voided { get; init; }

    internal required int CartelWon { get; init; }

    internal required Expectation Expected { get; init; }

    /// <summary>Seats whose device gave the right result in time.</summary>
    internal required long HonestSeats { get; init; }

    /// <summary>Those of them that nobody pays: the cartel won, or nothing was agreed on.</summary>
    internal required long UnpaidHonestSeats { get; init; }

    /// <summary>Right results that came after the settlement, or to none.</summary>
    internal required long UnpaidSlowSeats { get; init; }

    /// <summary>Seconds from a task's arrival to the block that pays it; null if nothing was paid.</summary>
    internal required double? MedianSecondsToPay { get; init; }

    internal required double? SlowestSecondsToPay { get; init; }
}
