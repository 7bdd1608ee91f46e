using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>What the measurements of one driver or VBIOS may be, as the contracts hold it: a leaf under the governed root.</summary>
public sealed class GpuReference
{
    private const int ChipLength = 5;
    private const int MaxVersionLength = 64;
    private const int MaxValuesLength = 64 * 1024;
    private static readonly Hash256 s_domain = Keccak256.Hash("AIT GPU reference v1"u8);

    private GpuReference(GpuReferenceKind kind, string chip, string version, Hash256 versionHash, ImmutableArray<byte> values)
    {
        Kind = kind;
        Chip = chip;
        Version = version;
        VersionHash = versionHash;
        Values = values;
    }

    /// <summary>The driver's or the VBIOS's.</summary>
    public GpuReferenceKind Kind { get; }

    /// <summary>The chip, <c>GH100</c>.</summary>
    public string Chip { get; }

    /// <summary>The version, <c>550.90.07</c> or <c>96.00.9f.00.01</c>.</summary>
    public string Version { get; }

    /// <summary>keccak256 of a driver's version in ASCII, or of the five bytes of a VBIOS's.</summary>
    public Hash256 VersionHash { get; }

    /// <summary>Per measurement in ascending order: index (1 byte), number of values (1 byte), the values (48 bytes each).</summary>
    public ImmutableArray<byte> Values { get; }

    /// <summary>Makes a reference of well-formed parts; false for anything else.</summary>
    public static bool TryCreate(
        GpuReferenceKind kind, string chip, string version, ImmutableArray<byte> values, [NotNullWhen(true)] out GpuReference? reference)
    {
        ArgumentNullException.ThrowIfNull(chip);
        ArgumentNullException.ThrowIfNull(version);
        reference = TryHash(kind, version, out Hash256 hash) && chip.Length == ChipLength && IsPrintable(chip) && values.Length <= MaxValuesLength
            ? new GpuReference(kind, chip, version, hash, values)
            : null;
        return reference is not null;
    }

    /// <summary><c>keccak256(abi.encode(domain, kind, chip, version hash, keccak256(values)))</c>.</summary>
    public Hash256 Leaf()
    {
        Span<byte> chip = stackalloc byte[Hash256.Size];
        chip.Clear();
        Encoding.ASCII.GetBytes(Chip, chip);
        return new Words(stackalloc byte[5 * 32])
            .Add(s_domain)
            .Add((ulong)Kind)
            .Add(new Hash256(chip))
            .Add(VersionHash)
            .Add(Keccak256.Hash(Values.AsSpan()))
            .Hash();
    }

    /// <summary>Whether it is about this version; VBIOS versions are spelled in either case.</summary>
    internal bool IsFor(GpuReferenceKind kind, string chip, string version) =>
        Kind == kind && string.Equals(Chip, chip, StringComparison.Ordinal) && TryHash(kind, version, out Hash256 hash) && hash == VersionHash;

    private static bool TryHash(GpuReferenceKind kind, string version, out Hash256 hash)
    {
        hash = default;
        if (kind == GpuReferenceKind.Driver)
        {
            bool sound = version.Length is > 0 and <= MaxVersionLength && IsPrintable(version);
            hash = sound ? Keccak256.Hash(Encoding.ASCII.GetBytes(version)) : default;
            return sound;
        }

        // 96.00.9f.00.01: five bytes of hex.
        string[] parts = version.Split('.');
        if (kind != GpuReferenceKind.Vbios || parts.Length != 5 || parts.Any(part => part.Length != 2)
            || !Hex.TryDecode("0x" + string.Concat(parts), out byte[]? bytes))
        {
            return false;
        }

        hash = Keccak256.Hash(bytes);
        return true;
    }

    private static bool IsPrintable(string text) => text.All(c => c is > ' ' and < (char)0x7F);
}
