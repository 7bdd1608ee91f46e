using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Ait.Chain;

namespace Ait.Protocol;

/// <content>Reading the text line by line, after the grammar of EIP-4361.</content>
public sealed partial class SignInMessage
{
    /// <summary>Fewest characters in a nonce.</summary>
    public const int LeastNonceLength = 8;

    private const string Greeting = " wants you to sign in with your Ethereum account:";

    // Of RFC 3986: reserved and unreserved characters; the statement also has spaces, and may have no line feed.
    private const string Marks = "-._~:/?#[]@!$&'()*+,;=%";
    private static readonly string[] s_times = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads a message; anything not of the one form is refused. Whether it is signed and valid is <see cref="TryVerify"/>.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out SignInMessage? message,
        [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(text);
        message = null;
        if (text.Length > MaxLength)
        {
            refusal = new(ProtocolRefusalCode.OutOfRange, $"a sign-in message of at most {MaxLength} characters", $"{text.Length}");
            return false;
        }

        var lines = new Lines(text.Split('\n'));
        string greeting = lines.Next("the domain and the greeting", line => line.EndsWith(Greeting, StringComparison.Ordinal));
        string origin = greeting.EndsWith(Greeting, StringComparison.Ordinal) ? greeting[..^Greeting.Length] : "";
        int scheme = origin.IndexOf("://", StringComparison.Ordinal);
        string domain = scheme < 0 ? origin : origin[(scheme + 3)..];
        lines.Require("a domain", IsAuthority(domain), domain);
        lines.Require("a scheme", scheme < 0 || System.Uri.CheckSchemeName(origin[..scheme]), origin);
        Address account = default;
        lines.Next("an address with its EIP-55 checksum", line => Address.TryParse(line, out account) && account.ToString() == line);
        lines.Next("an empty line", line => line.Length == 0);
        string? statement = lines.Next("a statement or an empty line", line => line.All(letter => letter == ' ' || IsUriCharacter(letter)));
        if (statement.Length == 0)
        {
            statement = null;
        }
        else
        {
            lines.Next("an empty line", line => line.Length == 0);
        }

        string uri = lines.Field("URI: ", "an absolute URI", IsUri);
        lines.Field("Version: ", "1", value => value == "1");
        ulong chainId = 0;
        lines.Field("Chain ID: ", "a decimal number", value =>
            ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out chainId) && chainId.ToString(CultureInfo.InvariantCulture) == value);
        string nonce = lines.Field("Nonce: ", $"at least {LeastNonceLength} letters and digits", value => value.Length >= LeastNonceLength && value.All(char.IsAsciiLetterOrDigit));
        string issuedAt = lines.Field("Issued At: ", "a date and time of RFC 3339", IsTime);
        string? expires = lines.Optional("Expiration Time: ", "a date and time of RFC 3339", IsTime);
        string? notBefore = lines.Optional("Not Before: ", "a date and time of RFC 3339", IsTime);
        string? requestId = lines.Optional("Request ID: ", "characters of a URI", value => value.All(IsUriCharacter));
        ImmutableArray<string>? resources = lines.List("Resources:", "an absolute URI", IsUri);
        refusal = lines.End();
        if (refusal is not null)
        {
            return false;
        }

        message = new SignInMessage
        {
            Scheme = scheme < 0 ? null : origin[..scheme],
            Domain = domain,
            Account = account,
            Statement = statement,
            Uri = uri,
            ChainId = chainId,
            Nonce = nonce,
            IssuedAt = issuedAt,
            ExpirationTime = expires,
            NotBefore = notBefore,
            RequestId = requestId,
            Resources = resources,
        };
        return true;
    }

    private static bool IsUriCharacter(char letter) => char.IsAsciiLetterOrDigit(letter) || Marks.Contains(letter, StringComparison.Ordinal);

    private static bool IsUri(string text) =>
        text.All(IsUriCharacter) && System.Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && text.StartsWith(uri.Scheme + ":", StringComparison.OrdinalIgnoreCase);

    private static bool IsAuthority(string text) =>
        text.Length > 0 && text.All(IsUriCharacter) && text.IndexOfAny(['/', '?', '#', '@']) < 0
        && System.Uri.TryCreate("https://" + text + "/", UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0;

    private static bool IsTime(string text) =>
        DateTimeOffset.TryParseExact(text, s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
        && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10);

    private static DateTimeOffset Instant(string text) =>
        DateTimeOffset.ParseExact(text, s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>The lines in order; the first that is not as expected is kept as the refusal.</summary>
    private sealed class Lines(string[] lines)
    {
        private int _next;
        private ProtocolRefusal? _refusal;

        internal string Next(string expected, Func<string, bool> accepts)
        {
            string line = _next < lines.Length ? lines[_next] : "";
            Require(expected, _next < lines.Length && accepts(line), line);
            _next++;
            return line;
        }

        internal void Require(string expected, bool holds, string found)
        {
            if (!holds)
            {
                _refusal ??= new(
                    _next < lines.Length ? ProtocolRefusalCode.WrongForm : ProtocolRefusalCode.Truncated,
                    $"{expected} in line {_next + 1}",
                    _next < lines.Length ? $"'{found[..Math.Min(found.Length, 80)]}'" : $"{lines.Length} lines");
            }
        }

        internal string Field(string name, string expected, Func<string, bool> accepts)
        {
            string line = Next(name + expected, line => line.StartsWith(name, StringComparison.Ordinal) && accepts(line[name.Length..]));
            return line.StartsWith(name, StringComparison.Ordinal) ? line[name.Length..] : "";
        }

        internal string? Optional(string name, string expected, Func<string, bool> accepts) =>
            _next < lines.Length && lines[_next].StartsWith(name, StringComparison.Ordinal) ? Field(name, expected, accepts) : null;

        internal ImmutableArray<string>? List(string name, string expected, Func<string, bool> accepts)
        {
            if (_next >= lines.Length || lines[_next] != name)
            {
                return null;
            }

            _next++;
            var items = ImmutableArray.CreateBuilder<string>();
            while (_next < lines.Length)
            {
                items.Add(Field("- ", expected, accepts));
            }

            return items.ToImmutable();
        }

        internal ProtocolRefusal? End() => _refusal
            ?? (_next < lines.Length ? new(ProtocolRefusalCode.TrailingBytes, $"{_next} lines", $"{lines.Length} lines") : null);
    }
}
