namespace Ait.Attestation.Fuzz;

/// <summary>What a run over one format came to.</summary>
internal sealed class FuzzReport
{
    internal long Inputs { get; set; }

    /// <summary>Inputs that the readers accepted.</summary>
    internal long Readable { get; set; }

    /// <summary>Inputs that went through the whole verifier.</summary>
    internal long Judged { get; set; }

    internal long Genuine { get; set; }

    internal HashSet<Refusal> Refusals { get; } = [];

    /// <summary>Most bytes allocated for one input.</summary>
    internal long MostAllocated { get; set; }

    /// <summary>Longest time that one input took.</summary>
    internal TimeSpan Longest { get; set; }

    /// <summary>What went wrong, or null.</summary>
    internal string? Finding { get; set; }
}
