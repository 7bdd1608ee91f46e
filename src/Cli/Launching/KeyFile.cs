using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Launching;

/// <summary>Files that hold one account's 32-byte key as hex, readable by their owner only.</summary>
internal static class KeyFile
{
    private const int MostBytes = 256;

    /// <summary>Reads the key, or makes a fresh one when the file is not there.</summary>
    internal static Secp256k1PrivateKey OpenOrCreate(string path)
    {
        if (File.Exists(path))
        {
            return Open(path);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        Secp256k1PrivateKey key = Secp256k1PrivateKey.Create();
        byte[] bytes = new byte[Secp256k1PrivateKey.Size];
        key.CopyTo(bytes);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var writer = new StreamWriter(path, options);
        writer.WriteLine(Hex.Encode(bytes));
        return key;
    }

    internal static Secp256k1PrivateKey Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new SurroundingsException($"the key file {path} does not exist. Name a file with 32 bytes of hex.");
        }

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        UnixFileMode mode = File.GetUnixFileMode(path);
        if ((mode & others) != 0)
        {
            throw new SurroundingsException($"the key file {path} is open to other users (mode {Convert.ToString((int)mode, 8)}). Run: chmod 600 {path}");
        }

        var info = new FileInfo(path);
        string text = info.Length <= MostBytes ? File.ReadAllText(path).Trim() : "";
        Span<byte> bytes = stackalloc byte[Secp256k1PrivateKey.Size];
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.Ordinal) ? text : "0x" + text;
        try
        {
            return Hex.TryDecode(digits, bytes)
                ? Secp256k1PrivateKey.FromBytes(bytes)
                : throw new SurroundingsException($"the key file {path} does not hold a key: expected 32 bytes of hex, found {text.Length} characters.");
        }
        catch (ArgumentException fault)
        {
            throw new SurroundingsException($"the key file {path} does not hold a key: {fault.Message}", fault);
        }
    }
}
