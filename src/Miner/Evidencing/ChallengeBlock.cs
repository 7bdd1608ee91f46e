using Ait.Chain;

namespace Ait.Miner.Evidencing;

/// <summary>The recent block whose hash makes evidence fresh.</summary>
internal sealed record ChallengeBlock(ulong Number, Hash256 Hash);
