namespace Ait.Audit.Bundling;

/// <summary>A bundle, or why there is none.</summary>
public sealed class WrittenBundle
{
    private WrittenBundle(ReadOnlyMemory<byte>? json, string? fault)
    {
        Json = json;
        Fault = fault;
    }

    /// <summary>The file; null if there is none.</summary>
    public ReadOnlyMemory<byte>? Json { get; }

    /// <summary>Why there is none, as the predicate of a sentence; null if there is one.</summary>
    public string? Fault { get; }

    internal static WrittenBundle Of(byte[] json) => new(json, null);

    internal static WrittenBundle None(string fault) => new(null, fault);
}
