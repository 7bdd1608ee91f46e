using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Ait.Emulation.Amd;

namespace Ait.Emulation.Hosts;

/// <summary>
/// A folder with the development root (one ARK and ASK per product) and its hosts. Creating is idempotent and safe
/// between processes: one lock file, and files that appear whole.
/// </summary>
public sealed class EmulationStore(string folder)
{
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Path.GetFullPath(folder);

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

    /// <summary>Creates a host, or returns it if it exists with the same product and GPU classes.</summary>
    public EmulatedHost OpenOrCreateHost(string name, EmulatedProduct product, IReadOnlyList<string> gpuClasses, DateTimeOffset notBefore)
    {
        ArgumentNullException.ThrowIfNull(gpuClasses);
        CheckName(name);
        foreach (string gpuClass in gpuClasses)
        {
            if (!EmulatedGpu.Classes.Contains(gpuClass))
            {
                throw new EmulationException($"GPU class {gpuClass} is not one of {string.Join(", ", EmulatedGpu.Classes)}.");
            }
        }

        using EmulatedAmdRoot root = OpenOrCreateRoot(product);
        Directory.CreateDirectory(Path.Combine(_folder, "hosts"));
        using FileStream held = Lock();
        if (File.Exists(HostFile(name, "json")))
        {
            EmulatedHost existing = OpenHost(name);
            return existing.Product == product && existing.Gpus.Select(gpu => gpu.Class).SequenceEqual(gpuClasses)
                ? existing
                : throw new EmulationException($"Host {name} exists with another product or other GPUs; choose another name.");
        }

        using EmulatedChip chip = EmulatedChip.Generate(product);
        byte[] vcek = root.IssueByAsk(chip.VcekRecipe(notBefore));
        var host = new EmulatedHost(
            name, product, chip.HardwareId, chip.Tcb, vcek,
            [.. gpuClasses.Select(gpuClass => new EmulatedGpu(HostJson.Hex(RandomNumberGenerator.GetBytes(16)), gpuClass))]);
        PrivateFile.Write(HostFile(name, "key"), chip.ExportKey(), secret: true);
        PrivateFile.Write(HostFile(name, "json"), Json(writer => HostJson.Write(writer, host)), secret: false);
        return host;
    }

    /// <summary>Reads a host.</summary>
    public EmulatedHost OpenHost(string name)
    {
        CheckName(name);
        string file = HostFile(name, "json");
        return File.Exists(file)
            ? HostJson.Read(File.ReadAllBytes(file))
            : throw new EmulationException($"Host {name} does not exist; create it with: host --root DIR --host {name}.");
    }

    /// <summary>The chip of a host, able to sign.</summary>
    public EmulatedChip OpenChip(EmulatedHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(File.ReadAllBytes(HostFile(host.Name, "key")), out _);
        return new EmulatedChip(host.Product, host.ChipId, host.Tcb, key);
    }

    internal static byte[] Json(Action<Utf8JsonWriter> write, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented }))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

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

    /// <summary>Waits for other processes; key generation takes seconds, so a plain retry is enough.</summary>
    private FileStream Lock()
    {
        string path = Path.Combine(_folder, ".lock");
        long started = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Environment.TickCount64 - started < s_lockPatience.TotalMilliseconds)
            {
                Thread.Sleep(50);
            }
        }
    }

    private static RSA ReadRsa(string path)
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(File.ReadAllBytes(path), out _);
        return key;
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 64 || name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_')))
        {
            throw new EmulationException("A host name is 1 to 64 letters, digits, - or _.");
        }
    }

    private string RootFile(EmulatedProduct product, string suffix) =>
        Path.Combine(_folder, $"{product.ToString().ToLowerInvariant()}-{suffix}");

    private string HostFile(string name, string suffix) => Path.Combine(_folder, "hosts", $"{name}.{suffix}");
}
