using System.Numerics;
using Ait.Coordinator.Disclosing;
using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Covering;

/// <summary>The decisions of this stage: how many more tasks the coordinator's bond has letters for.</summary>
internal static class Cover
{
    /// <summary>Letters of a task that can be paid at most: who sits on 5 and 6 is known only once both secrets are on chain.</summary>
    internal const int LettersPerTask = Disclosure.AllSeats;

    /// <summary>Whether anything depends on how many letters can be claimed.</summary>
    internal static bool IsAsked(LetterTerms? terms, bool isRequired) => terms is not null && (isRequired || terms.Free > 0);

    /// <summary>Holds the bond against the letters that it may have to pay.</summary>
    /// <param name="terms">The bond and what a letter costs it; null if the network has no coordinator bond.</param>
    /// <param name="claimable">Letters of earlier tasks that can be claimed, now or later.</param>
    /// <param name="isRequired">Whether work waits even if nothing was put up.</param>
    internal static CoverState Judge(LetterTerms? terms, long claimable, bool isRequired)
    {
        if (!IsAsked(terms, isRequired) || terms!.LetterPay.IsZero)
        {
            return new CoverState(terms?.Free ?? 0, 0, 0, int.MaxValue);
        }

        BigInteger owed = terms.LetterPay * claimable;
        BigInteger task = terms.LetterPay * LettersPerTask;
        return new CoverState(terms.Free, owed, owed + task, (int)BigInteger.Clamp((terms.Free - owed) / task, 0, int.MaxValue));
    }
}

/// <summary>How a bond stands, in wei.</summary>
/// <param name="Free">What was put up and not asked back.</param>
/// <param name="Claimable">What letters of earlier tasks can cost.</param>
/// <param name="Wanted">What it takes to cover one more task.</param>
/// <param name="MostTasks">So many more are covered; all there are where nothing has to be.</param>
internal sealed record CoverState(BigInteger Free, BigInteger Claimable, BigInteger Wanted, int MostTasks)
{
    internal bool IsShort => MostTasks == 0;
}
