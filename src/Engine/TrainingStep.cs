namespace Ait.Engine;

/// <summary>What a step of training came to.</summary>
/// <param name="Loss">Sum over the step's tokens of −log2 of the probability of the next one, in units of 2^-16.</param>
/// <param name="State">Digest of the checkpoint after the step.</param>
public readonly record struct TrainingStep(long Loss, Digest State);
