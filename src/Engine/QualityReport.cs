namespace Ait.Engine;

/// <summary>How the int8 engine compares with the checkpoint's own numbers on one text.</summary>
/// <param name="Positions">Positions at which both predicted the next token.</param>
/// <param name="ReferencePerplexity">Perplexity of the float reference.</param>
/// <param name="EnginePerplexity">Perplexity of the int8 engine.</param>
/// <param name="GreedyAgreement">Share of positions at which both find the same token most likely, 0 to 1.</param>
/// <param name="MeanDivergence">Mean Kullback–Leibler divergence of the engine's distribution from the reference's, in nats.</param>
public sealed record QualityReport(int Positions, double ReferencePerplexity, double EnginePerplexity, double GreedyAgreement, double MeanDivergence);
