using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Ait.Chain;
using Ait.Chain.Signing;

namespace Ait.Miner.Keys;

/// <summary>Reads the operator's key from a file that only its owner can read.</summary>
internal static class OperatorKeyFile
{
    private const int MaxBytes = 128;
    private const UnixFileMode OthersMay =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The key, to be disposed by the caller; or what is wrong and what to do about it.</summary>
    public static bool TryRead(
        string path,
        [NotNullWhen(true)] out Secp256k1PrivateKey? key,
        [NotNullWhen(false)] out string? problem,
        [NotNullWhen(false)] out string? remedy)
    {
        key = null;
        problem = null;
        remedy = null;
        Span<byte> text = stackalloc byte[MaxBytes + 1];
        Span<byte> bytes = stackalloc byte[Secp256k1PrivateKey.Size];
        Span<char> digits = stackalloc char[MaxBytes + 1];
        try
        {
            // Unbuffered: no copy of the key stays behind in a stream's buffer.
            using var stream = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            // The open handle is asked, not the path: the file cannot be exchanged in between.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & OthersMay) != 0)
            {
                problem = $"{path} can be read or changed by other users.";
                remedy = $"Run: chmod 600 {path}";
                return false;
            }

            int length = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            int count = length > MaxBytes ? 0 : Encoding.ASCII.GetChars(text[..length], digits);
            if (!Hex.TryDecode(digits[..count].Trim(), bytes))
            {
                problem = $"{path} does not hold a key: expected {Secp256k1PrivateKey.Size} bytes of hex.";
                remedy = "Name the operator's key file.";
                return false;
            }

            key = Secp256k1PrivateKey.FromBytes(bytes);
            return true;
        }
        catch (ArgumentException)
        {
            problem = $"{path} holds a number that is no secp256k1 key.";
            remedy = "Name the operator's key file.";
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"{path} cannot be read: {exception.Message}";
            remedy = "Create the operator's key file with mode 0600, or correct the path.";
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(bytes);
            digits.Clear();
        }
    }
}
