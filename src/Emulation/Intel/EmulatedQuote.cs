namespace Ait.Emulation.Intel;

/// <summary>What goes into a quote. The defaults make a sound TDX 1.0 quote; tests of verifiers change one thing at a time.</summary>
public sealed record EmulatedQuote
{
    /// <summary>3 (SGX), 4 or 5.</summary>
    public int Version { get; init; } = 4;

    /// <summary>A trust domain; otherwise an enclave.</summary>
    public bool Tdx { get; init; } = true;

    /// <summary>Version 5: 2 is TDX 1.0, 3 is TDX 1.5, 4 is TDX 1.5 with its extended report.</summary>
    public int BodyType { get; init; } = 2;

    public int KeyType { get; init; } = 2;

    /// <summary>Overrides the TEE type of the header.</summary>
    public int? TeeType { get; init; }

    public bool ForeignVendor { get; init; }

    public byte[] ReportData { get; init; } = new byte[64];

    /// <summary>MRTD (48 bytes) or MRENCLAVE (32).</summary>
    public byte[] Measurement { get; init; } = new byte[48];

    /// <summary>RTMR0 to RTMR3, 48 bytes each.</summary>
    public byte[] RuntimeMeasurements { get; init; } = new byte[192];

    /// <summary>TDATTRIBUTES; of an enclave, the first byte of ATTRIBUTES. SEPT_VE_DISABLE is the bit a trust domain should have.</summary>
    public ulong Attributes { get; init; } = 1ul << 28;

    public byte[] TeeTcbSvn { get; init; } = [5, 1, 2, .. new byte[13]];

    public byte[] CurrentTeeTcbSvn { get; init; } = [5, 1, 2, .. new byte[13]];

    public byte[] MrSignerSeam { get; init; } = new byte[48];

    public byte[] SeamAttributes { get; init; } = new byte[8];

    public byte[] MrServiceTd { get; init; } = new byte[48];

    public ushort QeIsvSvn { get; init; } = 4;

    /// <summary>Overrides the product of the quoting enclave: 2 of TDX, 1 of SGX.</summary>
    public ushort? QeIsvProdId { get; init; }

    public byte QeMrSigner { get; init; } = 0xDC;

    public byte QeMiscSelect { get; init; }

    public byte QeAttributes { get; init; } = 0x11;

    /// <summary>The quoting enclave commits to another key.</summary>
    public bool BreaksBinding { get; init; }

    /// <summary>Bytes after the quote.</summary>
    public int Padding { get; init; }
}
