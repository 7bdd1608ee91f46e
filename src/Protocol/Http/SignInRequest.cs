using System.Text.Json.Serialization;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/sign-in</c>.</summary>
/// <param name="Message">The exact text of the <see cref="Protocol.SignInMessage"/>.</param>
/// <param name="Signature">Hex of its 65-byte EIP-191 signature.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SignInRequest(string Message, string Signature);
