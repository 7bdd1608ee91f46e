using System.Security.Cryptography;
using Ait.Emulation.Amd;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Emulation.Hosts;

/// <content>The vendors.</content>
public sealed partial class EmulationStore
{
    /// <summary>Certificates of vendors other than AMD's begin here.</summary>
    private static readonly DateTimeOffset s_vendorsBegin = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The signers of reference manifests end here.</summary>
    private static readonly DateTimeOffset s_referencesEnd = new(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The vendor of a product, created on first use.</summary>
    public EmulatedAmdRoot OpenOrCreateRoot(EmulatedProduct product)
    {
        Directory.CreateDirectory(_folder);
        using FileStream held = Lock();
        return OpenRoot(product) ?? CreateRoot(product);
    }

    /// <summary>The vendor of a product, or null where it was never created.</summary>
    public EmulatedAmdRoot? OpenRoot(EmulatedProduct product)
    {
        if (!File.Exists(RootFile(product, "ask.der")))
        {
            return null;
        }

        return new EmulatedAmdRoot(
            product,
            ReadRsa(RootFile(product, "ark.key")),
            ReadRsa(RootFile(product, "ask.key")),
            File.ReadAllBytes(RootFile(product, "ark.der")),
            File.ReadAllBytes(RootFile(product, "ask.der")));
    }

    /// <summary>ASK and ARK certificates of a product, without touching a key.</summary>
    public (byte[] Ask, byte[] Ark) ReadPath(EmulatedProduct product) =>
        (File.ReadAllBytes(RootFile(product, "ask.der")), File.ReadAllBytes(RootFile(product, "ark.der")));

    /// <summary>The emulated Intel, created on first use.</summary>
    public EmulatedIntelVendor OpenOrCreateIntel()
    {
        Directory.CreateDirectory(_folder);
        using FileStream held = Lock();
        if (OpenIntel() is { } existing)
        {
            return existing;
        }

        var vendor = new EmulatedIntelVendor(s_vendorsBegin);
        PrivateFile.Write(IntelFile, vendor.Export(), secret: true);
        return vendor;
    }

    /// <summary>The emulated Intel, or null where it was never created.</summary>
    public EmulatedIntelVendor? OpenIntel() => File.Exists(IntelFile) ? EmulatedIntelVendor.Import(File.ReadAllBytes(IntelFile)) : null;

    /// <summary>The emulated NVIDIA, created on first use.</summary>
    public EmulatedNvidiaVendor OpenOrCreateNvidia()
    {
        Directory.CreateDirectory(_folder);
        using FileStream held = Lock();
        if (OpenNvidia() is { } existing)
        {
            return existing;
        }

        var vendor = new EmulatedNvidiaVendor(s_vendorsBegin, s_referencesEnd);
        PrivateFile.Write(NvidiaFile, vendor.Export(), secret: true);
        return vendor;
    }

    /// <summary>The emulated NVIDIA, or null where it was never created.</summary>
    public EmulatedNvidiaVendor? OpenNvidia() => File.Exists(NvidiaFile) ? EmulatedNvidiaVendor.Import(File.ReadAllBytes(NvidiaFile)) : null;

    private EmulatedAmdRoot CreateRoot(EmulatedProduct product)
    {
        EmulatedAmdRoot root = EmulatedAmdRoot.Generate(product);
        (byte[] ark, byte[] ask) = root.ExportKeys();
        PrivateFile.Write(RootFile(product, "ark.key"), ark, secret: true);
        PrivateFile.Write(RootFile(product, "ask.key"), ask, secret: true);
        PrivateFile.Write(RootFile(product, "ark.der"), root.Ark, secret: false);
        PrivateFile.Write(RootFile(product, "ask.der"), root.Ask, secret: false); // last: its presence means all are there
        return root;
    }

    private static RSA ReadRsa(string path)
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(File.ReadAllBytes(path), out _);
        return key;
    }

    private string IntelFile => Path.Combine(_folder, "intel.pem");

    private string NvidiaFile => Path.Combine(_folder, "nvidia.pem");

    private string RootFile(EmulatedProduct product, string suffix) =>
        Path.Combine(_folder, $"{product.ToString().ToLowerInvariant()}-{suffix}");
}
