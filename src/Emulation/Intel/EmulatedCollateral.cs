namespace Ait.Emulation.Intel;

/// <summary>What the vendor publishes about a platform. The defaults fit the defaults of <see cref="EmulatedQuote"/>.</summary>
public sealed record EmulatedCollateral
{
    public const string DefaultFmspc = "90C06F000000";

    public required DateTimeOffset IssueDate { get; init; }

    public required DateTimeOffset NextUpdate { get; init; }

    public string TcbId { get; init; } = "TDX";

    public string QeId { get; init; } = "TD_QE";

    public string Fmspc { get; init; } = DefaultFmspc;

    /// <summary>The PCK was issued by the processor authority, so the list of PCKs is that authority's.</summary>
    public bool ProcessorAuthority { get; init; }

    public string PceId { get; init; } = "0000";

    public int EvaluationNumber { get; init; } = 17;

    public string PlatformStatus { get; init; } = "UpToDate";

    public string QeStatus { get; init; } = "UpToDate";

    public string ModuleStatus { get; init; } = "UpToDate";

    public int SgxSvn { get; init; } = 5;

    public int PceSvn { get; init; } = 13;

    public int[] TdxSvn { get; init; } = [5, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public int QeIsvSvn { get; init; } = 4;

    public int ModuleIsvSvn { get; init; } = 5;

    public IReadOnlyList<int> RevokedByRoot { get; init; } = [];

    public IReadOnlyList<int> RevokedByAuthority { get; init; } = [];
}
