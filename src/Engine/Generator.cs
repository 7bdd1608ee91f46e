namespace Ait.Engine;

/// <summary>Runs generations. The same model and request give the same transcript under every option, on every processor.</summary>
public static class Generator
{
    /// <summary>
    /// Runs the requests in a session of their own (<see cref="Session.Generate"/>), and yields their transcripts in the order of
    /// the requests.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="options">How to run; null for the default.</param>
    /// <param name="progress">Told each token as it is generated, on the calling thread; may be null.</param>
    /// <param name="cancellation">Looked at between steps.</param>
    /// <exception cref="EngineRefusedException">The options are invalid, there are too many requests, or they take more memory than allowed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; no transcript is made.</exception>
    public static IReadOnlyList<Transcript> Run(
        Model model,
        IReadOnlyList<GenerationRequest> requests,
        EngineOptions? options = null,
        IProgress<GenerationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        using var session = new Session(model, options);
        return session.Generate(requests, progress, cancellation);
    }

    /// <summary>Runs one request.</summary>
    public static Transcript Run(Model model, GenerationRequest request, EngineOptions? options = null, CancellationToken cancellation = default) =>
        Run(model, [request], options, null, cancellation)[0];
}
