//! Positions of errors. Where Grain gives the place of a statement or an operator, Rhai gives that of an operand, and
//! this finds it: scripts and their readers see no difference between the two.

use rhai::{ASTNode, EvalAltResult, Expr, FnCallExpr, Position, Stmt, AST};
use std::cell::UnsafeCell;

/// What an error is about.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// A module that is not there, or that failed.
    Module,
    /// A value of a type that cannot be used there.
    Type,
    /// A constant that an assignment would change.
    Constant,
}

struct Place {
    fault: Fault,
    grain: Position,
    rhai: Position,
}

struct Places(UnsafeCell<Vec<Place>>);
// One thread only: WebAssembly without the threads proposal.
unsafe impl Sync for Places {}
static PLACES: Places = Places(UnsafeCell::new(Vec::new()));

/// Notes the places of the script that runs next.
pub fn locate(ast: &AST) {
    let places = unsafe { &mut *PLACES.0.get() };
    let mut note = |fault, grain, rhai| places.push(Place { fault, grain, rhai });
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Import(import, position))) => {
                note(Fault::Module, *position, import.0.position());
                note(Fault::Type, *position, import.0.position());
            }
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                let (operator, operands) = &**assignment;
                if let Expr::Index(chain, _, position) | Expr::Dot(chain, _, position) = &operands.lhs {
                    note(Fault::Constant, *position, chain.lhs.start_position());
                    note(Fault::Type, *position, operator.position());
                }
            }
            Some(ASTNode::Stmt(Stmt::FnCall(call, position)))
            | Some(ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position))) => {
                if let Some(pointer) = called_pointer(call) {
                    note(Fault::Type, *position, pointer.position());
                }
            }
            _ => (),
        }
        true
    });
}

/// What `call` calls.
fn called_pointer(call: &FnCallExpr) -> Option<&Expr> {
    call.args.first().filter(|_| call.name == "call")
}

/// Gives an error of Grain the position that Rhai gives it.
pub fn relocate(error: &mut EvalAltResult) {
    let (fault, position) = match error {
        EvalAltResult::ErrorModuleNotFound(_, position) | EvalAltResult::ErrorInModule(_, _, position) => {
            (Fault::Module, position)
        }
        EvalAltResult::ErrorMismatchDataType(_, _, position) => (Fault::Type, position),
        EvalAltResult::ErrorAssignmentToConstant(_, position) => (Fault::Constant, position),
        // What is in an imported module has its positions, not the script's.
        EvalAltResult::ErrorInFunctionCall(_, source, inner, _) if source.is_empty() => return relocate(inner),
        _ => return,
    };
    let places = unsafe { &*PLACES.0.get() };
    if let Some(place) = places.iter().find(|place| place.fault == fault && place.grain == *position) {
        *position = place.rhai;
    }
}
