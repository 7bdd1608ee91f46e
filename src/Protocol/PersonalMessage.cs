using System.Globalization;
using System.Text;
using Ait.Chain;

namespace Ait.Protocol;

/// <summary>Text that a wallet shows and signs: EIP-191, version 0x45 (<c>personal_sign</c>).</summary>
public static class PersonalMessage
{
    /// <summary>keccak256("\x19Ethereum Signed Message:\n" ‖ decimal length of the UTF-8 bytes ‖ the bytes).</summary>
    public static Hash256 Digest(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] prefix = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\u0019Ethereum Signed Message:\n{bytes.Length}"));
        return Keccak256.Hash([.. prefix, .. bytes]);
    }
}
