using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>How large a class challenge is, as the governor set it.</summary>
/// <param name="Tiles">Tiles in memory; 0: the class is not challenged.</param>
/// <param name="Width">Rows and columns of a tile, in bytes.</param>
/// <param name="Rows">Rows that a step multiplies.</param>
/// <param name="Steps">Steps, each after the other.</param>
/// <param name="DeadlineMillis">Milliseconds from a witness's nonce to the answer.</param>
public sealed record ChallengeTermsRecord(uint Tiles, ushort Width, ushort Rows, uint Steps, uint DeadlineMillis)
{
    /// <summary>A class that is not challenged.</summary>
    public static ChallengeTermsRecord None { get; } = new(0, 0, 0, 0, 0);

    internal static ChallengeTermsRecord FromAbi(AbiValue value) => new(
        value[0].AsUInt32(), (ushort)value[1].AsUInt32(), (ushort)value[2].AsUInt32(), value[3].AsUInt32(), value[4].AsUInt32());

    /// <summary>The tuple that the contract takes.</summary>
    public AbiValue ToAbi() => AbiValue.List(Tiles, (uint)Width, (uint)Rows, Steps, DeadlineMillis);
}
