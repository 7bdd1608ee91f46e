using System.Collections.Immutable;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>When collateral was issued and ends, in Unix seconds, and Intel's evaluation number.</summary>
/// <param name="IssueDate">When it was issued.</param>
/// <param name="NextUpdate">Until when it is in force.</param>
/// <param name="EvaluationNumber">tcbEvaluationDataNumber.</param>
public sealed record CollateralDates(ulong IssueDate, ulong NextUpdate, uint EvaluationNumber)
{
    internal static CollateralDates? FromAbi(ImmutableArray<AbiValue> values) =>
        values[1].AsUInt64() == 0 ? null : new CollateralDates(values[0].AsUInt64(), values[1].AsUInt64(), values[2].AsUInt32());
}
