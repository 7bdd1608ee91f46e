using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Body of <c>POST /v1/results</c>: the reveal.</summary>
/// <param name="WorkAttestation">Hex of <see cref="Protocol.WorkAttestation.ToBytes"/>.</param>
/// <param name="Salt">The commitment's salt.</param>
/// <param name="Transcript">Hex of the engine's canonical result; its hash is the attested result hash.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ResultRequest(string WorkAttestation, Hash256 Salt, string Transcript);
