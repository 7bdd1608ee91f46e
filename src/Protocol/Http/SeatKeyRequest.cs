using System.Text.Json.Serialization;
using Ait.Protocol.Sealing;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/seat-keys</c>: a device says to which key its seat's content key is to be sealed, and asks whether it was.</summary>
/// <param name="Statement">Hex of <see cref="SeatKeyStatement.ToBytes"/>; the registered enclave key signs it and the request.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SeatKeyRequest(string Statement);
