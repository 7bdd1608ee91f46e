namespace Ait.Coordinator.Disclosing;

/// <summary>Where the showing of a task's secret stands.</summary>
internal enum DisclosureState
{
    /// <summary>To be sent, or sent without a known end.</summary>
    Decided = 0,

    /// <summary>Mined; looked after until its time is over.</summary>
    Mined = 1,

    /// <summary>On chain when the time was over.</summary>
    Shown = 2,

    /// <summary>Not on chain when the time was over.</summary>
    Missed = 3,
}
