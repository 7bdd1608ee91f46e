using System.Numerics;
using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>The terms of coordinators' bonds, as the governor set them.</summary>
/// <param name="LetterPay">Wei paid per letter.</param>
/// <param name="ClaimWindow">Seconds after a batch's latest deadline in which its letters are paid.</param>
/// <param name="FaultPenalty">Wei burned for a letter that contradicts another or the draw.</param>
public sealed record CoordinatorTermsRecord(BigInteger LetterPay, ulong ClaimWindow, BigInteger FaultPenalty)
{
    internal static CoordinatorTermsRecord FromAbi(AbiValue value) => new(value[0].AsBigInteger(), value[1].AsUInt64(), value[2].AsBigInteger());

    /// <summary>The tuple that the contract takes.</summary>
    public AbiValue ToAbi() => AbiValue.List(LetterPay, ClaimWindow, FaultPenalty);
}
