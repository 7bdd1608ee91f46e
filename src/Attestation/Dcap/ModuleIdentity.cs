namespace Ait.Attestation.Dcap;

/// <summary>What a TDX module must be. <see cref="Levels"/> is empty for the module that TCB info names without a version.</summary>
internal sealed record ModuleIdentity(string Id, ByteString MrSigner, ByteString Attributes, ByteString Mask, IReadOnlyList<SvnLevel> Levels);
