using Ait.Chain;

namespace Ait.Protocol;

/// <summary>Identities of hosts and GPUs as the contracts compute them.</summary>
public static class GpuIdentity
{
    /// <summary>Length of an SNP CHIP_ID field in bytes.</summary>
    public const int ChipIdSize = 64;

    /// <summary>Length of an Intel platform's PPID in bytes.</summary>
    public const int PpidSize = 16;

    /// <summary>Length of a GPU UUID in bytes.</summary>
    public const int UuidSize = 16;

    /// <summary>The host chip: keccak256 of the 64 CHIP_ID bytes.</summary>
    /// <exception cref="ArgumentException">Not 64 bytes.</exception>
    public static Hash256 HostChip(ReadOnlySpan<byte> chipId)
    {
        RequireSize(chipId, ChipIdSize, nameof(chipId));
        return Keccak256.Hash(chipId);
    }

    /// <summary>The GPU of a class without evidence of its own: keccak256(CHIP_ID ‖ UUID), 80 bytes.</summary>
    /// <exception cref="ArgumentException">Not 64 and 16 bytes.</exception>
    public static Hash256 OnMeasuredHost(ReadOnlySpan<byte> chipId, ReadOnlySpan<byte> gpuUuid)
    {
        RequireSize(chipId, ChipIdSize, nameof(chipId));
        RequireSize(gpuUuid, UuidSize, nameof(gpuUuid));
        Span<byte> both = stackalloc byte[ChipIdSize + UuidSize];
        chipId.CopyTo(both);
        gpuUuid.CopyTo(both[ChipIdSize..]);
        return Keccak256.Hash(both);
    }

    /// <summary>The GPU of a class without evidence of its own on an Intel host: keccak256(keccak256(PPID) ‖ UUID), 48 bytes.</summary>
    /// <exception cref="ArgumentException">Not 16 and 16 bytes.</exception>
    public static Hash256 OnIntelHost(ReadOnlySpan<byte> ppid, ReadOnlySpan<byte> gpuUuid)
    {
        RequireSize(ppid, PpidSize, nameof(ppid));
        RequireSize(gpuUuid, UuidSize, nameof(gpuUuid));
        Span<byte> both = stackalloc byte[Hash256.Size + UuidSize];
        Keccak256.Hash(ppid).CopyTo(both);
        gpuUuid.CopyTo(both[Hash256.Size..]);
        return Keccak256.Hash(both);
    }

    /// <summary>A GPU with evidence of its own: keccak256 of its device key, the SubjectPublicKeyInfo of the boot ROM certificate.</summary>
    /// <exception cref="ArgumentException">There is no key.</exception>
    public static Hash256 OfDeviceKey(ReadOnlySpan<byte> subjectPublicKeyInfo) => subjectPublicKeyInfo.IsEmpty
        ? throw new ArgumentException("there is no key", nameof(subjectPublicKeyInfo))
        : Keccak256.Hash(subjectPublicKeyInfo);

    private static void RequireSize(ReadOnlySpan<byte> bytes, int size, string name)
    {
        if (bytes.Length != size)
        {
            throw new ArgumentException($"expected {size} bytes, found {bytes.Length}", name);
        }
    }
}
