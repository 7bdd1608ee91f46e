using Ait.Protocol;
using Ait.Protocol.Sealing;

namespace Ait.Miner.Submission;

/// <summary>What getting at a seat's prompt came to.</summary>
internal abstract record PromptOutcome
{
    private PromptOutcome()
    {
    }

    /// <summary>It can be run.</summary>
    /// <param name="Plain">What to run.</param>
    /// <param name="Key">What the answer is sealed under; null if the workload is plain. Whoever gets it disposes it.</param>
    internal sealed record Open(Workload Plain, ContentKey? Key) : PromptOutcome;

    /// <summary>It stays closed; nothing was run.</summary>
    internal sealed record Closed(LetterRefusal Refusal, string Problem) : PromptOutcome;
}
