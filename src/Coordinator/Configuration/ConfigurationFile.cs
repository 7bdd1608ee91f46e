using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ait.Chain;
using Ait.Chain.Signing;

namespace Ait.Coordinator.Configuration;

/// <summary>Reads the files the coordinator is pointed to; every fault is one sentence with its remedy.</summary>
internal static class ConfigurationFile
{
    internal static T Load<T>(string path, long limit, JsonTypeInfo<T> type, string remedy)
        where T : class
    {
        try
        {
            long length = new FileInfo(path).Length;
            if (length > limit)
            {
                throw new StartupException($"{path} has {length} bytes, expected at most {limit}; pass {remedy}.");
            }

            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? throw new StartupException($"{path} holds null; pass {remedy}.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new StartupException($"{path} cannot be read ({fault.Message}); pass {remedy}.", fault);
        }
    }

    /// <summary>Reads a private key; refuses a file that others can read.</summary>
    internal static Secp256k1PrivateKey LoadKey(string path)
    {
        byte[] bytes = new byte[Secp256k1PrivateKey.Size];
        try
        {
            if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
                && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            {
                throw new StartupException($"The key file {path} is open to other accounts; run: chmod 600 {path}");
            }

            if (new FileInfo(path).Length > 256 || !Hex.TryDecode(File.ReadAllText(path).Trim().AsSpan(), bytes))
            {
                throw new StartupException($"The key file {path} does not hold 32 bytes in hexadecimal; pass the coordinator's key.");
            }

            return Secp256k1PrivateKey.FromBytes(bytes);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The key file {path} cannot be read ({fault.Message}); check its owner and path.", fault);
        }
        catch (ArgumentException)
        {
            throw new StartupException($"The key file {path} does not hold a key of secp256k1; pass the coordinator's key.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
