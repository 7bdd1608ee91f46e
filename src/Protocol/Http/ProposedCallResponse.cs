using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>One call of a proposal.</summary>
/// <param name="Target">The contract called.</param>
/// <param name="ValueWei">The chain's coin sent along, wei, decimal.</param>
/// <param name="Data">The calldata in hexadecimal.</param>
/// <param name="Text">The call as people write it, at most 4,000 characters of it; hexadecimal where no function of the product reads it.</param>
public sealed record ProposedCallResponse(Address Target, string ValueWei, string Data, string Text);
