using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>POST /v1/sign-in</c>.</summary>
/// <param name="Token">Sent as <c>Authorization: Bearer</c> to manage keys; said once.</param>
/// <param name="Account">Who signed in.</param>
/// <param name="ExpiresAt">Until when, unix seconds.</param>
public sealed record SessionResponse(string Token, Address Account, ulong ExpiresAt);
