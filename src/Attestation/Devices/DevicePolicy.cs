using System.Collections.Immutable;
using Ait.Attestation.Dcap;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Devices;

/// <summary>
/// What a whole device must say to be accepted. What makes a device one is not up to a policy: the binding in both directions, a
/// machine that names itself, no debugging, and of a GPU both reference manifests and a confidential mode.
/// </summary>
public sealed record DevicePolicy
{
    /// <summary>Bytes of a binding.</summary>
    public const int BindingLength = 32;

    private readonly ByteString _binding;

    /// <summary>What the registration is about, hashed: 32 bytes. GPUs sign over it as their nonce, report data begins with it.</summary>
    public required ByteString Binding
    {
        get => _binding;
        init => _binding = value.Length == BindingLength ? value : throw new ArgumentException("a binding is 32 bytes", nameof(value));
    }

    /// <summary>Measured programs.</summary>
    public required ProgramRule Program { get; init; }

    /// <summary>Trust profiles that are good enough.</summary>
    public required ImmutableArray<TrustProfile> AcceptedProfiles { get; init; }

    /// <summary>Number of GPUs with evidence.</summary>
    public required DeviceCountRule GpuCount { get; init; }

    /// <summary>SEV-SNP: least REPORTED_TCB per product.</summary>
    public required TcbFloors MinimumTcb { get; init; }

    /// <summary>SEV-SNP: highest accepted VMPL.</summary>
    public required uint MaximumVmpl { get; init; }

    /// <summary>Intel: accepted patch levels.</summary>
    public required ImmutableArray<DcapTcbStatus> AcceptedStatuses { get; init; }

    /// <summary>Intel: least tcbEvaluationDataNumber; 0 accepts every one.</summary>
    public required int MinimumEvaluationNumber { get; init; }

    /// <summary>Revocation lists of AMD and NVIDIA. Intel's are always required.</summary>
    public required RevocationRule Revocation { get; init; }

    /// <summary>
    /// The rule for one registration: this binding, these programs, these profiles; any number of GPUs, Intel fully patched, VMPL 0, every
    /// given revocation list current. Floors of SEV-SNP are the caller's to raise.
    /// </summary>
    public static DevicePolicy For(ByteString binding, ProgramRule program, params ImmutableArray<TrustProfile> acceptedProfiles) => new()
    {
        Binding = binding,
        Program = program,
        AcceptedProfiles = acceptedProfiles,
        GpuCount = DeviceCountRule.Any,
        MinimumTcb = TcbFloors.AnyVersion,
        MaximumVmpl = 0,
        AcceptedStatuses = [DcapTcbStatus.UpToDate],
        MinimumEvaluationNumber = 0,
        Revocation = RevocationRule.CheckWhatIsGiven,
    };
}
