//! WGSL's numeric functions: each is a function of the prelude with WGSL's name.

use naga::{Expression, Handle, MathFunction as Math};

use super::expression::Text;
use super::function::FunctionWriter;
use super::writer::Result;

impl FunctionWriter<'_, '_> {
    pub(super) fn math(&mut self, handle: Handle<Expression>, fun: Math, arguments: &[Handle<Expression>]) -> Result<Text> {
        let mut values = Vec::new();
        for &argument in arguments {
            values.push(self.value(argument)?.text);
        }
        let Some(name) = name(fun) else {
            return Err(self.module.error(self.span(handle), format!("the function {fun:?}")));
        };
        // These return a struct that WGSL declares.
        let result = if matches!(fun, Math::Modf | Math::Frexp) { format!("<{}>", self.type_of(handle)?) } else { String::new() };
        Ok(Text::primary(format!("wgsl::{name}{result}({})", values.join(", "))))
    }
}

fn name(fun: Math) -> Option<&'static str> {
    Some(match fun {
        Math::Abs => "abs",
        Math::Min => "min",
        Math::Max => "max",
        Math::Clamp => "clamp",
        Math::Saturate => "saturate",
        Math::Cos => "cos",
        Math::Cosh => "cosh",
        Math::Sin => "sin",
        Math::Sinh => "sinh",
        Math::Tan => "tan",
        Math::Tanh => "tanh",
        Math::Acos => "acos",
        Math::Asin => "asin",
        Math::Atan => "atan",
        Math::Atan2 => "atan2",
        Math::Asinh => "asinh",
        Math::Acosh => "acosh",
        Math::Atanh => "atanh",
        Math::Radians => "radians",
        Math::Degrees => "degrees",
        Math::Ceil => "ceil",
        Math::Floor => "floor",
        Math::Round => "round",
        Math::Fract => "fract",
        Math::Trunc => "trunc",
        Math::Modf => "modf",
        Math::Frexp => "frexp",
        Math::Ldexp => "ldexp",
        Math::Exp => "exp",
        Math::Exp2 => "exp2",
        Math::Log => "log",
        Math::Log2 => "log2",
        Math::Pow => "pow",
        Math::Dot => "dot",
        Math::Dot4I8Packed => "dot4I8Packed",
        Math::Dot4U8Packed => "dot4U8Packed",
        Math::Cross => "cross",
        Math::Distance => "distance",
        Math::Length => "length",
        Math::Normalize => "normalize",
        Math::FaceForward => "faceForward",
        Math::Reflect => "reflect",
        Math::Refract => "refract",
        Math::Sign => "sign",
        Math::Fma => "fma",
        Math::Mix => "mix",
        Math::Step => "step",
        Math::SmoothStep => "smoothstep",
        Math::Sqrt => "sqrt",
        Math::InverseSqrt => "inverseSqrt",
        Math::Transpose => "transpose",
        Math::Determinant => "determinant",
        Math::QuantizeToF16 => "quantizeToF16",
        Math::CountTrailingZeros => "countTrailingZeros",
        Math::CountLeadingZeros => "countLeadingZeros",
        Math::CountOneBits => "countOneBits",
        Math::ReverseBits => "reverseBits",
        Math::ExtractBits => "extractBits",
        Math::InsertBits => "insertBits",
        Math::FirstTrailingBit => "firstTrailingBit",
        Math::FirstLeadingBit => "firstLeadingBit",
        Math::Pack4x8snorm => "pack4x8snorm",
        Math::Pack4x8unorm => "pack4x8unorm",
        Math::Pack2x16snorm => "pack2x16snorm",
        Math::Pack2x16unorm => "pack2x16unorm",
        Math::Pack2x16float => "pack2x16float",
        Math::Pack4xI8 => "pack4xI8",
        Math::Pack4xU8 => "pack4xU8",
        Math::Pack4xI8Clamp => "pack4xI8Clamp",
        Math::Pack4xU8Clamp => "pack4xU8Clamp",
        Math::Unpack4x8snorm => "unpack4x8snorm",
        Math::Unpack4x8unorm => "unpack4x8unorm",
        Math::Unpack2x16snorm => "unpack2x16snorm",
        Math::Unpack2x16unorm => "unpack2x16unorm",
        Math::Unpack2x16float => "unpack2x16float",
        Math::Unpack4xI8 => "unpack4xI8",
        Math::Unpack4xU8 => "unpack4xU8",
        // WGSL has no such function.
        Math::Outer | Math::Inverse => return None,
    })
}
