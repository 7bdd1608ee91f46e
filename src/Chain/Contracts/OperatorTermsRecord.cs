using System.Numerics;
using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>The terms of operators' bonds, as the governor set them.</summary>
/// <param name="LeastBond">Wei that an operator in good standing has bonded and not asked back.</param>
/// <param name="FraudPenalty">Wei burned for a failed canary and for two results of one task.</param>
/// <param name="DivergencePenalty">Wei burned for a result that a super-majority of an escalated task contradicts.</param>
/// <param name="UnbondingDelay">Seconds from asking to taking out.</param>
/// <param name="Probation">Seconds for which an operator that was slashed is not in good standing.</param>
public sealed record OperatorTermsRecord(BigInteger LeastBond, BigInteger FraudPenalty, BigInteger DivergencePenalty, ulong UnbondingDelay, ulong Probation)
{
    internal static OperatorTermsRecord FromAbi(AbiValue value) => new(
        value[0].AsBigInteger(), value[1].AsBigInteger(), value[2].AsBigInteger(), value[3].AsUInt64(), value[4].AsUInt64());

    /// <summary>The tuple that the contract takes.</summary>
    public AbiValue ToAbi() => AbiValue.List(LeastBond, FraudPenalty, DivergencePenalty, UnbondingDelay, Probation);
}
