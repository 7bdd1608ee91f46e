namespace Ait.Attestation.Dcap;

/// <summary>What a quoting enclave must be, after the signature was checked.</summary>
internal sealed class QeIdentity
{
    internal required string Id { get; init; }

    internal required DateTimeOffset IssueDate { get; init; }

    internal required DateTimeOffset NextUpdate { get; init; }

    internal required int EvaluationNumber { get; init; }

    internal required ByteString MiscSelect { get; init; }

    internal required ByteString MiscSelectMask { get; init; }

    internal required ByteString Attributes { get; init; }

    internal required ByteString AttributesMask { get; init; }

    internal required ByteString MrSigner { get; init; }

    internal required int IsvProdId { get; init; }

    internal required IReadOnlyList<SvnLevel> Levels { get; init; }
}
