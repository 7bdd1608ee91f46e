using Ait.Engine.Challenging;

namespace Ait.Engine;

/// <summary>Sixteen rows of one step of a chain: what is opened and checked at once.</summary>
/// <param name="Step">The step, from 0.</param>
/// <param name="Group">The group of 16 rows, from 0.</param>
public readonly record struct ChainPlace(int Step, int Group)
{
    /// <summary>Whether a chain of these terms has this place.</summary>
    public bool IsIn(ChallengeTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return Step >= 0 && Step < terms.Steps && Group >= 0 && Group < terms.Rows / ChainKernels.GroupRows;
    }
}
