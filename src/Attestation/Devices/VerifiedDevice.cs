using Ait.Attestation.Nvidia;

namespace Ait.Attestation.Devices;

/// <summary>One device that evidence has proven. Only <see cref="DeviceVerifier"/> makes one.</summary>
public sealed class VerifiedDevice
{
    internal VerifiedDevice(TrustProfile profile, ByteString binding, EvidenceFacts host, ByteString program, ByteString chipId, NvidiaFacts? gpu)
    {
        Profile = profile;
        Binding = binding;
        Host = host;
        Program = program;
        ChipId = chipId;
        Gpu = gpu;
    }

    /// <summary>What the evidence proves, and so how far the device is trusted.</summary>
    public TrustProfile Profile { get; }

    /// <summary>What the registration is about; host and GPU both signed it.</summary>
    public ByteString Binding { get; }

    /// <summary>What the processor says.</summary>
    public EvidenceFacts Host { get; }

    /// <summary>
    /// The measured program: of SEV-SNP the MEASUREMENT (48 bytes); of TDX MRTD, MRCONFIGID, MROWNER, MROWNERCONFIG and RTMR0 to RTMR3
    /// (384); of SGX bytes 64 to 319 of the report, MRENCLAVE to ISVFAMILYID (256).
    /// </summary>
    public ByteString Program { get; }

    /// <summary>The machine: AMD's chip id, Intel's PPID.</summary>
    public ByteString ChipId { get; }

    /// <summary>What the GPU says; null where its class signs nothing.</summary>
    public NvidiaFacts? Gpu { get; }

    /// <summary>
    /// The GPU's identity: SubjectPublicKeyInfo (DER) of the key in its boot ROM, which firmware updates keep. Null where the class
    /// signs nothing: then the identity is <see cref="ChipId"/> with what the measured program reads from the GPU.
    /// </summary>
    public ByteString? DeviceKey => Gpu?.DeviceKey;
}
