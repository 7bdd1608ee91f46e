using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/sign-in[?account=]</c>: what an EIP-4361 message to this coordinator must say.</summary>
/// <param name="Domain">Its domain.</param>
/// <param name="Uri">Its URI.</param>
/// <param name="ChainId">Its chain.</param>
/// <param name="Nonce">Its nonce, good for one sign-in.</param>
/// <param name="ExpiresAt">Until when, unix seconds.</param>
/// <param name="Account">The account that was asked about, in the case of its checksum (EIP-55); null if none was.</param>
public sealed record SignInChallenge(string Domain, string Uri, ulong ChainId, string Nonce, ulong ExpiresAt, Address? Account);
