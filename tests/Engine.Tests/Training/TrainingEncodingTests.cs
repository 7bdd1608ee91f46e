using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests.Training;

public sealed class TrainingEncodingTests
{
    [Fact]
    public void Recipe_isReadBackAsItWasWritten()
    {
        foreach (TrainingRecipe recipe in new[] { TrainingSamples.Recipe, TrainingSamples.Adapters.Recipe })
        {
            Assert.True(TrainingRecipe.TryParse(recipe.ToBytes(), out TrainingRecipe? read, out _));
            Assert.Equal(recipe, read);
            Assert.Equal(recipe.Digest, read.Digest);
        }
    }

    [Fact]
    public void Recipe_hasAnotherDigestForEveryField()
    {
        TrainingRecipe recipe = TrainingSamples.Adapters.Recipe;
        TrainingRecipe[] all =
        [
            recipe,
            recipe with { Base = Digest.Of([1]) },
            recipe with { Rank = 32 },
            recipe with { AdapterScale = 1f },
            recipe with { Data = default },
            recipe with { SequenceLength = 32 },
            recipe with { Batch = 5 },
            recipe with { Steps = 41 },
            recipe with { WarmupSteps = 5 },
            recipe with { LearningRate = 0.01f },
            recipe with { Beta1 = 0.8f },
            recipe with { Beta2 = 0.8f },
            recipe with { Epsilon = 1e-6f },
            recipe with { Decay = 0.2f },
            recipe with { ClipNorm = 2f },
            recipe with { Seed = 1 },
            recipe with { Shape = recipe.Shape with { Layers = 3 } },
            TrainingSamples.Recipe,
        ];
        Assert.Equal(all.Length, all.Select(each => each.Digest).Distinct().Count());
    }

    [Fact]
    public void Recipe_isRefusedOutsideItsLimits()
    {
        TrainingRecipe good = TrainingSamples.Recipe;
        (TrainingRecipe, EngineRefusalCode)[] bad =
        [
            (good with { Shape = good.Shape with { Dimension = 50 } }, EngineRefusalCode.ModelShape),
            (good with { Shape = good.Shape with { Features = ModelFeatures.TiedOutput } }, EngineRefusalCode.TrainingNotSupported),
            (good with { Shape = good.Shape with { SlidingWindow = 8 } }, EngineRefusalCode.TrainingNotSupported),
            (good with { Shape = good.Shape with { Dimension = 4096, Layers = 32, FeedForward = 4096 } }, EngineRefusalCode.ModelTooLarge),
            (good with { Method = (TrainingMethod)2 }, EngineRefusalCode.TrainingNotSupported),
            (good with { Method = TrainingMethod.Adapter, Rank = 16 }, EngineRefusalCode.TrainingNotSupported),
            (good with { Rank = 16 }, EngineRefusalCode.RecipeOutOfRange),
            (good with { AdapterScale = 2f }, EngineRefusalCode.RecipeOutOfRange),
            (good with { SequenceLength = 40 }, EngineRefusalCode.TrainingNotSupported),
            (good with { SequenceLength = 144 }, EngineRefusalCode.RecipeOutOfRange),
            (good with { Batch = 0 }, EngineRefusalCode.RecipeOutOfRange),
            (good with { Steps = 1 }, EngineRefusalCode.RecipeOutOfRange),
            (good with { WarmupSteps = 40 }, EngineRefusalCode.RecipeOutOfRange),
            (good with { LearningRate = float.NaN }, EngineRefusalCode.RecipeOutOfRange),
            (good with { LearningRate = float.PositiveInfinity }, EngineRefusalCode.RecipeOutOfRange),
            (good with { Beta1 = 1f }, EngineRefusalCode.RecipeOutOfRange),
            (good with { Beta2 = -0f }, EngineRefusalCode.RecipeOutOfRange),
            (good with { Epsilon = 0f }, EngineRefusalCode.RecipeOutOfRange),
            (good with { Decay = 2f }, EngineRefusalCode.RecipeOutOfRange),
            (good with { ClipNorm = 0f }, EngineRefusalCode.RecipeOutOfRange),
            (TrainingSamples.Adapters.Recipe with { Rank = 24 }, EngineRefusalCode.TrainingNotSupported),
            (TrainingSamples.Adapters.Recipe with { Rank = 512 }, EngineRefusalCode.RecipeOutOfRange),
        ];
        Assert.Null(good.Check());
        foreach ((TrainingRecipe recipe, EngineRefusalCode code) in bad)
        {
            Assert.Equal(code, recipe.Check()?.Code);
            if (recipe.Shape.IsExtended)
            {
                continue; // The encoding has no room for what is not trained.
            }

            Assert.False(TrainingRecipe.TryParse(recipe.ToBytes(), out _, out EngineRefusal? refusal));
            Assert.Equal(code, refusal.Code);
        }
    }

    [Fact]
    public void Parsers_refuseEveryPrefixAndTrailingBytes()
    {
        TrainingOutcome outcome = TrainingSamples.Run(TrainingSamples.Recipe with { Batch = 1 }, new TrainingChunk(0, 1, default));
        foreach ((byte[] bytes, Func<byte[], EngineRefusal?> read) in new (byte[], Func<byte[], EngineRefusal?>)[]
        {
            (TrainingSamples.Recipe.ToBytes(), bytes => TrainingRecipe.TryParse(bytes, out _, out EngineRefusal? refusal) ? null : refusal),
            (outcome.ToBytes(), bytes => TrainingOutcome.TryParse(bytes, out _, out EngineRefusal? refusal) ? null : refusal),
            (TrainingSamples.Lines("Hi\n").ToBytes(), bytes => TrainingData.TryParse(bytes, out _, out EngineRefusal? refusal) ? null : refusal),
        })
        {
            Assert.Null(read(bytes));
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.NotNull(read(bytes[..length]));
            }

            Assert.Equal(EngineRefusalCode.TrailingBytes, read([.. bytes, 0])?.Code);
        }
    }

    [Fact]
    public void Parsers_neverThrow() => Prop.ForAll(ArbMap.Default.ArbFor<(int At, byte Value)>(), change =>
    {
        byte[] recipe = TrainingSamples.Recipe.ToBytes();
        recipe[(int)((uint)change.At % recipe.Length)] = change.Value;
        return !TrainingRecipe.TryParse(recipe, out TrainingRecipe? read, out _) || read.ToBytes().SequenceEqual(recipe);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Data_isOneTextALine()
    {
        TrainingData data = TrainingSamples.Lines("Hi\n\nyou\r\n");
        Assert.Equal([256, 'H', 'i', 257, 256, 'y', 'o', 'u', 257], data.Tokens.ToArray());
        Assert.True(TrainingData.TryParse(data.ToBytes(), out TrainingData? read, out _));
        Assert.Equal(data.Digest, read.Digest);
        Assert.False(TrainingData.TryCreate([], out _, out EngineRefusal? empty));
        Assert.Equal(EngineRefusalCode.TrainingDataUnfit, empty.Code);
        Assert.False(TrainingData.TryCreate([1, -1], out _, out EngineRefusal? negative));
        Assert.Equal(EngineRefusalCode.TrainingDataUnfit, negative.Code);
        Assert.False(TrainingData.TryReadLines([0xFF, 0x0A], Tokenizer.Bytes, out _, out EngineRefusal? invalid));
        Assert.Equal(EngineRefusalCode.TextInvalid, invalid.Code);
    }
}
