namespace Ait.Engine;

/// <summary>One generated token, told as it happens.</summary>
/// <param name="Request">Index of the request in the list.</param>
/// <param name="TokenIndex">Index of the token in the output, from 0.</param>
/// <param name="Token">The token.</param>
public readonly record struct GenerationProgress(int Request, int TokenIndex, int Token);
