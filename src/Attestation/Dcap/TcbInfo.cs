namespace Ait.Attestation.Dcap;

/// <summary>Intel's TCB info of one processor family (FMSPC), after its signature was checked.</summary>
internal sealed class TcbInfo
{
    internal required string Id { get; init; }

    internal required DateTimeOffset IssueDate { get; init; }

    internal required DateTimeOffset NextUpdate { get; init; }

    internal required ByteString Fmspc { get; init; }

    internal required ByteString PceId { get; init; }

    internal required int EvaluationNumber { get; init; }

    internal required IReadOnlyList<TcbLevel> Levels { get; init; }

    /// <summary>The module of version 0, null in TCB info of SGX.</summary>
    internal required ModuleIdentity? Module { get; init; }

    internal required IReadOnlyList<ModuleIdentity> Modules { get; init; }
}
