namespace Ait.Coordinator.Redeeming;

/// <summary>What a redemption leads to.</summary>
internal enum RedemptionDecision
{
    /// <summary>Nothing to do for it.</summary>
    Leave,

    /// <summary>The workload is under way already; looked at again when that run has ended.</summary>
    Wait,

    /// <summary>The workload runs for the account.</summary>
    Queue,

    /// <summary>The credit is gone before the work began.</summary>
    Unqueue,
}

/// <summary>Bought work runs once per paid credit: when the credit on chain covers the quote and it is not under way already.</summary>
internal static class Redemption
{
    internal static RedemptionDecision Decide(bool known, bool waiting, bool running, ulong credit, ulong quote)
    {
        bool funded = known && quote > 0 && credit >= quote;
        return (funded, waiting, running) switch
        {
            (true, false, false) => RedemptionDecision.Queue,
            (true, _, _) => RedemptionDecision.Wait,
            (false, true, _) => RedemptionDecision.Unqueue,
            _ => RedemptionDecision.Leave,
        };
    }
}
