using System.Numerics;
using Ait.Chain;

namespace Ait.Cli.Asking;

/// <summary>An answer whose transcript hashes to the result that was settled on chain.</summary>
internal sealed record WorkloadAnswer(
    Hash256 TaskId, Hash256 ResultHash, int Tokens, string Text, Hash256 Settlement, int SeatsPaid, BigInteger MintedWei);
