namespace Ait.Attestation.Manifest;

/// <summary>The answer for one entry of a manifest.</summary>
public sealed class ManifestJudgement
{
    internal ManifestJudgement(string id, string? platform, Verdict verdict)
    {
        Id = id;
        Platform = platform;
        Verdict = verdict;
    }

    /// <summary>The entry's name.</summary>
    public string Id { get; }

    /// <summary>The entry's platform, null where it names none.</summary>
    public string? Platform { get; }

    /// <summary>Genuine or refused.</summary>
    public Verdict Verdict { get; }
}
