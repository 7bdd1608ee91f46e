using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.Nvidia;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Enrolling;

/// <summary>What a miner says of its device, as bytes of the right sizes; nothing of it is verified.</summary>
internal sealed class EnrolmentClaim
{
    internal const string SevSnp = "SevSnp";
    internal const string Tdx = "Tdx";
    private const int MaxReport = 64 * 1024;
    private const int MaxCertificate = 16 * 1024;
    private static readonly string[] s_platforms = [SevSnp, Tdx, "Sgx"];

    private EnrolmentClaim(EnrolmentRequest request, Address enclaveKey)
    {
        GpuId = request.GpuId;
        Operator = request.Operator;
        DeviceClass = request.DeviceClass;
        BlockNumber = request.BlockNumber;
        Platform = request.Platform;
        EnclaveKey = enclaveKey;
    }

    internal Hash256 GpuId { get; }

    internal Address Operator { get; }

    internal DeviceClass DeviceClass { get; }

    internal ulong BlockNumber { get; }

    /// <summary><c>SevSnp</c>, <c>Tdx</c> or <c>Sgx</c>.</summary>
    internal string Platform { get; }

    /// <summary>The signer of the request.</summary>
    internal Address EnclaveKey { get; }

    internal required byte[] GpuUuid { get; init; }

    internal required byte[] Report { get; init; }

    /// <summary>VCEK, ASK, ARK; or none.</summary>
    internal required ImmutableArray<ReadOnlyMemory<byte>> Certificates { get; init; }

    /// <summary>None or one.</summary>
    internal required ImmutableArray<NvidiaEvidence> Gpus { get; init; }

    internal static bool TryRead(EnrolmentRequest request, Address signer, [NotNullWhen(true)] out EnrolmentClaim? claim, [NotNullWhen(false)] out Refusal? refusal)
    {
        claim = null;
        refusal = null;
        if (!s_platforms.Contains(request.Platform))
        {
            refusal = RequestAdmission.Malformed($"platform {string.Join(", ", s_platforms)}", request.Platform);
        }
        else if (!DeviceClasses.All.Contains(request.DeviceClass))
        {
            refusal = RequestAdmission.Malformed($"class {string.Join(", ", DeviceClasses.All)}", $"{request.DeviceClass}");
        }
        else if (request.Certificates.Count is not (0 or 3) || request.Gpus.Count > 1)
        {
            refusal = RequestAdmission.Malformed("no or three certificates, and at most one GPU", $"{request.Certificates.Count} and {request.Gpus.Count}");
        }

        if (refusal is not null)
        {
            return false;
        }

        byte[] uuid = Bytes("gpuUuid", request.GpuUuid, GpuIdentity.UuidSize, GpuIdentity.UuidSize, ref refusal);
        byte[] report = Bytes("report", request.Report, 1, MaxReport, ref refusal);
        ImmutableArray<ReadOnlyMemory<byte>>.Builder certificates = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        foreach (string certificate in request.Certificates)
        {
            certificates.Add(Bytes("certificates", certificate, 1, MaxCertificate, ref refusal));
        }

        ImmutableArray<NvidiaEvidence>.Builder gpus = ImmutableArray.CreateBuilder<NvidiaEvidence>();
        foreach (GpuEvidenceDto gpu in request.Gpus)
        {
            gpus.Add(ReadGpu(gpu, ref refusal));
        }

        claim = refusal is not null ? null : new EnrolmentClaim(request, signer)
        {
            GpuUuid = uuid,
            Report = report,
            Certificates = certificates.ToImmutable(),
            Gpus = gpus.ToImmutable(),
        };
        return claim is not null;
    }

    private static NvidiaEvidence ReadGpu(GpuEvidenceDto gpu, ref Refusal? refusal)
    {
        ImmutableArray<ReadOnlyMemory<byte>>.Builder certificates = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        foreach (string certificate in gpu.Certificates.Take(8))
        {
            certificates.Add(Bytes("gpus.certificates", certificate, 1, MaxCertificate, ref refusal));
        }

        return new NvidiaEvidence
        {
            Report = Bytes("gpus.report", gpu.Report, 1, MaxReport, ref refusal),
            Certificates = certificates.ToImmutable(),
        };
    }

    private static byte[] Bytes(string name, string text, int least, int most, ref Refusal? refusal)
    {
        if (Hex.TryDecode(text, out byte[]? bytes) && bytes.Length >= least && bytes.Length <= most)
        {
            return bytes;
        }

        refusal ??= RequestAdmission.Malformed($"{name} of {least} to {most} bytes in hexadecimal", $"{text.Length} characters");
        return [];
    }
}
