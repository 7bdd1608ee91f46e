using System.Text.Json;

namespace Ait.Attestation.Manifest;

/// <summary>One entry of a manifest as it was written; <see cref="ManifestJudge"/> reads and judges it.</summary>
public sealed class ManifestEntry
{
    internal ManifestEntry(string id, JsonElement content, RefusalReason? fault)
    {
        Id = id;
        Content = content;
        Fault = fault;
    }

    /// <summary>The entry's own name, or <c>#n</c> (from 0) where it has none.</summary>
    public string Id { get; }

    internal JsonElement Content { get; }

    /// <summary>Why the entry cannot be judged at all, or null.</summary>
    internal RefusalReason? Fault { get; }
}
